"""From reserves to the balance sheet.

Cash flows and their present value, risk adjustment, unearned premium and its deficiency, claims
expenses, IFRS 17 roll-forward tables, ceded and net reserves, and the premium and reserve risk of
C-ROSS II. Formulas and sources: ``docs/reserve-risk.md``.
"""

from .c_ross import c_ross, c_ross_guarantee
from .cash_flows import CashFlows
from .curve import Curve
from .ifrs17 import csm, lic, lrc
from .net import NetReserves, net_reserves, split_into_claims
from .premium import premium_deficiency, unearned_premium
from .risk_adjustment import RiskAdjustment, cost_of_capital, risk_adjustment
from .ulae import Ulae, ulae

__all__ = [
    "CashFlows",
    "Curve",
    "NetReserves",
    "RiskAdjustment",
    "Ulae",
    "c_ross",
    "c_ross_guarantee",
    "cost_of_capital",
    "csm",
    "lic",
    "lrc",
    "net_reserves",
    "premium_deficiency",
    "risk_adjustment",
    "split_into_claims",
    "ulae",
    "unearned_premium",
]
