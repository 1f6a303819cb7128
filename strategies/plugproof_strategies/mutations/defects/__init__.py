"""Every known way to break one fact in one exchange, by the rule that finds it."""

from plugproof_strategies.defect import Defect
from plugproof_strategies.defects.failure import FAILURES, REQUESTS
from plugproof_strategies.defects.header import HEADERS
from plugproof_strategies.defects.session import MONEY, STATUS, TIME, VALUES
from plugproof_strategies.defects.shape import SHAPE
from plugproof_strategies.defects.strict_json import STRICT_JSON

DEFECTS: tuple[Defect, ...] = (
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

BY_RULE: dict[str, tuple[Defect, ...]] = {
    rule: tuple(defect for defect in DEFECTS if defect.rule == rule)
    for rule in dict.fromkeys(defect.rule for defect in DEFECTS)
}
"""The same, by slug."""
