"""Keeping secrets out of everything that is shown: which policy serves what.

A secret is a session token, a client secret, a credential or a cookie, and whatever stands where they stand.

`token.Token`: a real token while it is carried. No readable form but a fingerprint; `reveal()` is for sending it.
`token.fingerprint`: what may be a token in a URL (`exchanges.route.redacted`); equal for equal tokens.
`scrubber.Scrubber`: all texts of a command or a report, once the secrets are known, in every encoding.
`scrubber.scrubbed`: the texts of one finding; a stand-in for each secret of its answer.
`encodings.forms`: the ways in which a secret may be written, for both of them.
`filenames.plain_name`: names of files and variables, where no secret is known; words that look like a token go.
`stand_ins.is_stand_in`: reading recordings; what a recorder wrote in a secret's place is no secret.
`escaping.escape`: text from outside, secret or not; what a terminal or a runner would obey is written out.

Which secrets an exchange holds is read by `parsing.redactions.secrets_of`. Header values
are shown by a list of what is harmless (`exchanges.headers.SHOWN`), for nobody can list what is secret.
"""
