"""Every known way to break one fact in one exchange, by the rule that finds it."""

from plugproof_contracts.mutations.failure_mutations import FAILURES, REQUESTS
from plugproof_contracts.mutations.header_mutations import HEADERS
from plugproof_contracts.mutations.mutation import Mutation
from plugproof_contracts.mutations.session_mutations import MONEY, STATUS, TIME, VALUES
from plugproof_contracts.mutations.shape_mutations import SHAPE
from plugproof_contracts.mutations.strict_json_mutations import STRICT_JSON

DEFECTS: tuple[Mutation, ...] = (
    *SHAPE,
    *STRICT_JSON,
    *VALUES,
    *MONEY,
    *TIME,
    *STATUS,
    *FAILURES,
    *REQUESTS,
    *HEADERS,
)
"""The table: rows of rule, name, change, what the exchange has to be like, and what breaks with it."""

BY_RULE: dict[str, tuple[Mutation, ...]] = {
    rule: tuple(defect for defect in DEFECTS if defect.rule == rule)
    for rule in dict.fromkeys(defect.rule for defect in DEFECTS)
}
"""The same, by slug."""
