"""A slow reference engine for programmes: plain Python, written from the definitions alone.

It reads a programme as parsed JSON and years as lists of rows (time, event, risk, loss) in date
order, and keeps every amount in dictionaries by row. It shares no code with the package.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Row(NamedTuple):
    time: float
    event: int
    risk: int
    loss: float


def _amount(value: Any, default: float) -> float:
    if value is None:
        return default
    return math.inf if value == "unlimited" else float(value)


class Reference:
    """Applies a parsed programme to one year at a time."""

    def __init__(self, programme: dict[str, Any], attribution: str = "event_order") -> None:
        self.gross_premium = programme.get("premium")
        self.treaties = {treaty["name"]: treaty for treaty in programme["treaties"]}
        self.attribution = attribution

    def part(self, name: str) -> float:
        """Fraction of the treaty that reinsurers take."""
        treaty = self.treaties[name]
        share = treaty.get("share", 1.0) * treaty.get("placed", 1.0)
        return share * (1 - treaty.get("co_participation", 0.0))

    def proportional(self, name: str) -> bool:
        treaty = self.treaties[name]
        no_layer = _amount(treaty["limit"], math.inf) == math.inf and treaty["attachment"] == 0
        return treaty["basis"] == "risk" and no_layer

    def subject_premium(self, name: str) -> float | None:
        if self.gross_premium is None:
            return None
        left = self.gross_premium
        for other in self.treaties[name].get("net_of", []):
            left -= self.part(other) * (self.premium(other) or 0.0)
        return left

    def premium(self, name: str) -> float | None:
        treaty = self.treaties[name]
        if treaty.get("premium") is not None:
            return treaty["premium"]
        subject = self.subject_premium(name)
        if subject is None:
            return None
        if treaty.get("rate") is not None:
            return treaty["rate"] * subject
        return subject if self.proportional(name) else None

    def year(self, rows: list[Row]) -> dict[str, Any]:
        """Ceded and reinstatement premium by treaty, and the largest net event, of one year."""
        self.rows = rows
        self.by_row: dict[str, dict[int, float]] = {}
        self.totals: dict[str, float] = {}
        self.charges: dict[str, float] = {}
        for name in self.treaties:
            self._treaty(name)
        net: dict[int, float] = {}
        for index, row in enumerate(rows):
            left = row.loss
            for name, treaty in self.treaties.items():
                if treaty["basis"] != "annual":
                    left -= self.by_row[name][index]
            net[row.event] = net.get(row.event, 0.0) + max(left, 0.0)
        return {
            "ceded": dict(self.totals),
            "reinstatement_premium": dict(self.charges),
            "largest_net": max(net.values(), default=0.0),
        }

    def _treaty(self, name: str) -> None:
        if name in self.totals:
            return
        treaty = self.treaties[name]
        for other in treaty.get("net_of", []):
            self._treaty(other)
        if treaty["basis"] == "annual":
            self._annual(name)
        else:
            self._occurrences(name)

    def _layer(self, treaty: dict[str, Any], loss: float, unit: float) -> float:
        if loss < treaty.get("franchise", 0.0):
            return 0.0
        attachment = treaty["attachment"] * unit
        limit = _amount(treaty["limit"], math.inf)
        limit = limit if limit == math.inf else limit * unit
        return min(max(loss - attachment, 0.0), limit)

    def _cap(self, name: str) -> float:
        """Annual capacity for 100 %."""
        treaty = self.treaties[name]
        most = _amount(treaty.get("aal"), math.inf)
        rates = treaty.get("reinstatements")
        if isinstance(rates, list):
            most = min(most, (1 + len(rates)) * treaty["limit"])
        if treaty.get("loss_ratio_cap") is not None:
            most = min(most, treaty["loss_ratio_cap"] * self.premium(name))
        return most

    def _annual(self, name: str) -> None:
        treaty = self.treaties[name]
        loss = sum(row.loss for row in self.rows)
        for other in treaty.get("net_of", []):
            loss -= self.totals[other]
        unit = self.subject_premium(name) if treaty.get("unit") == "loss_ratio" else 1.0
        recovery = min(self._layer(treaty, max(loss, 0.0), unit), self._cap(name))
        self.totals[name] = self.part(name) * recovery
        self.charges[name] = 0.0

    def _occurrences(self, name: str) -> None:
        treaty = self.treaties[name]
        subject = {}
        for index, row in enumerate(self.rows):
            left = row.loss
            for other in treaty.get("net_of", []):
                left -= self.by_row[other][index]
            subject[index] = max(left, 0.0)

        # Occurrences, in date order: the risks of an event, or the event.
        members: dict[Any, list[int]] = {}
        for index, row in enumerate(self.rows):
            key = (row.event, row.risk) if treaty["basis"] == "risk" else row.event
            members.setdefault(key, []).append(index)
        losses = {key: sum(subject[i] for i in rows) for key, rows in members.items()}
        recoveries = {key: self._layer(treaty, loss, 1.0) for key, loss in losses.items()}
        most = _amount(treaty.get("event_limit"), math.inf)
        if most < math.inf:
            for event in {row.event for row in self.rows}:
                keys = [key for key in recoveries if key[0] == event]
                total = sum(recoveries[key] for key in keys)
                if total > most:
                    for key in keys:
                        recoveries[key] *= most / total

        deductible, cap = treaty.get("aad", 0.0), self._cap(name)

        def annual(total: float) -> float:
            return min(max(total - deductible, 0.0), cap)

        total = sum(recoveries.values())
        paid = {}
        running = 0.0
        for key, recovery in recoveries.items():
            if self.attribution == "event_order":
                paid[key] = annual(running + recovery) - annual(running)
            else:
                paid[key] = recovery * annual(total) / total if total > 0 else 0.0
            running += recovery

        part = self.part(name)
        self.by_row[name] = {}
        for key, rows in members.items():
            for index in rows:
                share = subject[index] / losses[key] if losses[key] > 0 else 0.0
                self.by_row[name][index] = part * paid[key] * share
        self.totals[name] = part * annual(total)
        self.charges[name] = part * self._charge(name, members, paid)

    def _charge(self, name: str, members: dict[Any, list[int]], paid: dict[Any, float]) -> float:
        treaty = self.treaties[name]
        rates = treaty.get("reinstatements")
        if rates is None:
            return 0.0
        # Without a premium the charge is for each unit of it.
        premium = self.premium(name)
        premium = 1.0 if premium is None else premium
        limit = treaty["limit"]
        charge, used = 0.0, 0.0
        for key, rows in members.items():
            left = 1 - self.rows[rows[0]].time if treaty.get("pro_rata") == "time" else 1.0
            before, used = used, used + paid[key]
            if isinstance(rates, dict):
                charge += left * rates["unlimited"] * (used - before) / limit
                continue
            for k, rate in enumerate(rates):
                # The part of this event's recovery that the k-th reinstatement replaces.
                low, high = k * limit, (k + 1) * limit
                piece = min(used, high) - min(max(before, low), high)
                charge += left * rate * max(piece, 0.0) / limit
        return premium * charge
