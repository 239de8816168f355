"""A slow reference engine for programmes: plain Python, written from the definitions alone.

It reads a programme as parsed JSON and years as lists of rows (time, event, risk, loss, cause) in
date order, and keeps every amount in dictionaries by row. It shares no code with the package.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple


class Row(NamedTuple):
    time: float
    event: int
    risk: int
    loss: float
    cause: int = 0
    # Years from that of the loss to those of its policy and of its report.
    inception: int = 0
    reported: int = 0


def _amount(value: Any, default: float) -> float:
    if value is None:
        return default
    return math.inf if value == "unlimited" else float(value)


def _interpolate(scale: list[list[float]], ratio: float) -> float:
    """Commission at a loss ratio: points by descending loss ratio, flat beyond."""
    points = sorted((low, commission) for low, commission in scale)
    if ratio <= points[0][0]:
        return points[0][1]
    for (a, ca), (b, cb) in zip(points, points[1:], strict=False):
        if ratio <= b:
            return ca + (cb - ca) * (ratio - a) / (b - a)
    return points[-1][1]


def _carry(lots: list[tuple[int, float]], year: int, total: float, years: int | None) -> None:
    """Lots (year, amount) whose sum becomes ``total``: new ones of this year, used ones the oldest.

    What arose in year t counts in the years t + 1 to t + ``years``; 0 is without end.
    """
    if years is None:
        lots.clear()
        return
    more = total - sum(amount for _, amount in lots)
    if more > 0:
        lots.append((year, more))
    while more < 0 and lots:
        oldest, amount = lots.pop(0)
        if amount + more > 0:
            lots.insert(0, (oldest, amount + more))
        more += amount
    lots[:] = [(of, amount) for of, amount in lots if not years or year + 1 <= of + years]


class Reference:
    """Applies a parsed programme to one year at a time."""

    def __init__(
        self,
        programme: dict[str, Any],
        attribution: str = "event_order",
        horizon: int | None = None,
        sums_insured: dict[int, float] | None = None,
        sectors: dict[int, str] | None = None,
    ) -> None:
        self.gross_premium = programme.get("premium")
        self.treaties = {treaty["name"]: treaty for treaty in programme["treaties"]}
        self.attribution = attribution
        terms = [t["term"] for t in self.treaties.values() if t.get("term")]
        self.horizon = horizon or math.lcm(1, *terms)
        self.sums_insured = sums_insured or {}
        self.sectors = sectors or {}
        self.year_of_run = 0
        # Annual recoveries by treaty, in the years of the run so far.
        self.history: dict[str, list[float]] = {name: [] for name in self.treaties}
        # Recoveries before annual terms, by treaty year of the run.
        self.treaty_years: dict[str, dict[int, float]] = {name: {} for name in self.treaties}

    def run(self, years: list[list[Row]]) -> list[dict[str, Any]]:
        """All years in order; what is carried ends with each run of ``horizon`` years."""
        told = []
        for number, rows in enumerate(years):
            self.year_of_run = number % self.horizon
            if self.year_of_run == 0:
                self.history = {name: [] for name in self.treaties}
                self.treaty_years = {name: {} for name in self.treaties}
            told.append(self.year(rows))
        return told

    def cession(self, name: str, risk: int) -> float:
        """Share of a risk that a surplus or a variable quota share takes."""
        treaty = self.treaties[name]
        if treaty.get("lines") is not None:
            insured = self.sums_insured[risk]
            lines = treaty.get("retentions", {})
            line = lines.get(self.sectors.get(risk), treaty["retention"])
            return min(max(insured - line, 0.0), treaty["lines"] * line) / insured
        if treaty.get("bands"):
            for band in treaty["bands"]:
                if self.sums_insured[risk] <= _amount(band["up_to"], math.inf):
                    return band["share"]
            return 0.0
        return 1.0

    def growth(self, name: str) -> float:
        """Factor of all amounts of an indexed treaty in this year of the run."""
        return (1 + self.treaties[name].get("indexed", 0.0)) ** self.year_of_run

    def stability(self, name: str) -> float:
        """Factor of limit and attachment by the stability clause."""
        clause = self.treaties[name].get("stability")
        if clause is None:
            return 1.0
        real = 0.0
        for year, paid in enumerate(clause["pattern"]):
            index = (1 + clause["rate"]) ** (year + 0.5)
            floor = 1 + clause.get("beyond", 0.0)
            real += paid / (index / floor if index > floor else 1.0)
        return 1 / real

    def inuring(self, name: str) -> list[str]:
        """Treaties whose recoveries are not in the subject."""
        backed = self.treaties[name].get("backup_of")
        if backed is not None:
            return [*self.treaties[backed].get("net_of", []), backed]
        return self.treaties[name].get("net_of", [])

    def part(self, name: str) -> float:
        """Fraction of the treaty that reinsurers take."""
        treaty = self.treaties[name]
        share = treaty.get("share", 1.0) * treaty.get("placed", 1.0)
        return share * (1 - treaty.get("co_participation", 0.0))

    def proportional(self, name: str) -> bool:
        treaty = self.treaties[name]
        no_layer = _amount(treaty["limit"], math.inf) == math.inf and treaty["attachment"] == 0
        whole = treaty.get("lines") is None and not treaty.get("bands")
        return treaty["basis"] == "risk" and no_layer and whole

    def subject_premium(self, name: str) -> float | None:
        if self.gross_premium is None:
            return None
        left = self.gross_premium
        for other in self.inuring(name):
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
        self.unpaid: dict[str, dict[Any, float]] = {}
        for name in self.treaties:
            self._treaty(name)
        net: dict[int, float] = {}
        for index, row in enumerate(rows):
            left = row.loss
            for name, treaty in self.treaties.items():
                if treaty["basis"] != "annual":
                    left -= self.by_row[name][index]
            net[row.event] = net.get(row.event, 0.0) + left
        return {
            "ceded": dict(self.totals),
            "reinstatement_premium": dict(self.charges),
            "largest_net": max(0.0, *net.values()) if net else 0.0,
        }

    def account(self, name: str, told: list[dict[str, Any]]) -> list[dict[str, float]]:
        """Premium, commission and balance of the years `run` told, for the reinsurers' part."""
        treaty, part = self.treaties[name], self.part(name)
        scale = treaty.get("sliding") or []
        swing, profit = treaty.get("swing"), treaty.get("profit_commission")
        lots: dict[str, list[tuple[int, float]]] = {}
        accounts = []
        for number, of_year in enumerate(told):
            if number % self.horizon == 0:
                lots = {"scale": [], "credit": [], "profit": []}
            losses = of_year["ceded"][name] / part
            premium = self.premium(name)
            if swing:
                subject = self.subject_premium(name)
                rate = losses * swing.get("load", 1.0) / subject
                premium = subject * min(max(rate, swing["minimum"]), swing["maximum"])
            commission = treaty.get("commission") or 0.0
            if scale:
                debit = sum(amount for _, amount in lots["scale"])
                credit = sum(amount for _, amount in lots["credit"])
                ratio = (losses + debit - credit) / premium
                commission = _interpolate(scale, ratio)
                over = max(ratio - scale[0][0], 0.0) * premium
                under = max(scale[-1][0] - ratio, 0.0) * premium
                _carry(lots["scale"], number, over, treaty.get("deficit_carried"))
                _carry(lots["credit"], number, under, treaty.get("credit_carried"))
            shared = 0.0
            if profit:
                margin = 1 - commission - profit.get("after", 0.0)
                left = premium * margin - losses - sum(a for _, a in lots["profit"])
                shared = profit["share"] * max(left, 0.0)
                _carry(lots["profit"], number, max(-left, 0.0), treaty.get("deficit_carried"))
            bonus = treaty.get("no_claims_bonus", 0.0) * premium if losses == 0 else 0.0
            reinstated = of_year["reinstatement_premium"][name]
            accounts.append(
                {
                    "premium": part * premium,
                    "commission": part * commission * premium,
                    "profit_commission": part * shared,
                    "no_claims_bonus": part * bonus,
                    "balance": part * (premium * (1 - commission) - shared - bonus - losses)
                    + reinstated,
                }
            )
        return accounts

    def _treaty(self, name: str) -> None:
        if name in self.totals:
            return
        treaty = self.treaties[name]
        for other in self.inuring(name):
            self._treaty(other)
        if treaty.get("attaches") in ("risks_attaching", "claims_made"):
            self._by_treaty_year(name)
        elif treaty["basis"] == "annual":
            self._annual(name)
        else:
            self._occurrences(name)

    def _layer(self, treaty: dict[str, Any], loss: float, unit: float, at: float) -> float:
        if loss < treaty.get("franchise", 0.0):
            return 0.0
        limit = _amount(treaty["limit"], math.inf)
        limit = limit if limit == math.inf else limit * unit
        return min(max(loss - at * unit, 0.0), limit)

    def _cap(self, name: str) -> float:
        """Annual capacity for 100 %."""
        treaty = self.treaties[name]
        most = _amount(treaty.get("aal"), math.inf)
        rates = treaty.get("reinstatements")
        limit = _amount(treaty["limit"], math.inf) * self.stability(name)
        if isinstance(rates, list):
            most = min(most, (1 + len(rates)) * limit)
        drop = treaty.get("drop")
        if drop and drop.get("top") and rates is None and treaty.get("aal") is None:
            most = min(most, limit)
        if treaty.get("loss_ratio_cap") is not None:
            most = min(most, treaty["loss_ratio_cap"] * self.premium(name))
        return most

    def _of_year(self, name: str, total: float, capped: bool = True) -> float:
        """Recovery of a year after its deductible, limit and corridor."""
        treaty = self.treaties[name]
        recovery = max(total - treaty.get("aad", 0.0), 0.0)
        if capped:
            recovery = min(recovery, self._cap(name))
        corridor = treaty.get("corridor")
        if corridor:
            low, high = (corridor[key] * self.premium(name) for key in ("from", "to"))
            recovery -= corridor["share"] * (min(max(recovery, low), high) - low)
        return recovery

    def _after(self, name: str, total: float, capped: bool = True) -> float:
        """The same after the term: what the term so far and this year make, less what it paid."""
        treaty = self.treaties[name]
        recovery = self._of_year(name, total, capped)
        years = treaty.get("term")
        if not years:
            return recovery
        so_far = sum(self.history[name][self.year_of_run // years * years :])
        limit = _amount(treaty.get("term_limit"), math.inf)
        deductible = treaty.get("term_deductible", 0.0)

        def of_term(x: float, limit: float) -> float:
            return min(max(x - deductible, 0.0), limit)

        if not capped:
            return of_term(so_far + recovery, math.inf) - of_term(so_far, math.inf)
        return of_term(so_far + recovery, limit) - of_term(so_far, limit)

    def _annual(self, name: str) -> None:
        treaty = self.treaties[name]
        loss = sum(row.loss for row in self.rows)
        for other in treaty.get("net_of", []):
            loss -= self.totals[other]
        growth = self.growth(name)
        loss = max(loss, 0.0) / growth
        unit = self.subject_premium(name) if treaty.get("unit") == "loss_ratio" else 1.0
        layered = self._layer(treaty, loss, unit, treaty["attachment"])
        self.totals[name] = self.part(name) * self._after(name, layered) * growth
        self.history[name].append(self._of_year(name, layered))
        self.charges[name] = 0.0
        # Given back to rows in proportion to what is left of them.
        left = self._subject(name)
        whole = sum(left.values())
        ratio = self.totals[name] / whole if whole > 0 else 0.0
        self.by_row[name] = {index: ratio * row for index, row in left.items()}

    def _subject(self, name: str) -> dict[int, float]:
        """Rows less what the treaties that inure to this one took of them."""
        subject = {}
        for index, row in enumerate(self.rows):
            left = row.loss
            for other in self.inuring(name):
                left -= self.by_row[other][index]
            subject[index] = max(left, 0.0) * self.cession(name, row.risk)
        return subject

    def _by_treaty_year(self, name: str) -> None:
        """Risks attaching and claims made: each treaty year has terms of its own."""
        treaty = self.treaties[name]
        annual = treaty["basis"] == "annual"
        unit = self.stability(name)
        if treaty.get("unit") == "loss_ratio":
            unit = self.subject_premium(name)

        def of(total: float) -> float:
            if annual:
                total = self._layer(treaty, total, unit, treaty["attachment"])
            return self._of_year(name, total)

        subject = self._subject(name)
        rows_of: dict[tuple[Any, int], list[int]] = {}
        whole: dict[Any, float] = {}
        for index, row in enumerate(self.rows):
            key = (row.event, row.risk) if treaty["basis"] == "risk" else (row.event,)
            whole[key] = whole.get(key, 0.0) + subject[index]
            claims = treaty["attaches"] == "claims_made"
            year = self.year_of_run + (row.reported if claims else row.inception)
            if 0 <= year < self.horizon:
                rows_of.setdefault((key, year), []).append(index)
        losses = {piece: sum(subject[i] for i in rows) for piece, rows in rows_of.items()}
        layered = {}
        for (key, year), loss in losses.items():
            if annual:
                layered[key, year] = loss
            elif treaty.get("interlocking") and loss > 0:
                part = loss / whole[key]
                limit = _amount(treaty["limit"], math.inf) * unit * part
                over = max(loss - treaty["attachment"] * unit * part, 0.0)
                reached = whole[key] >= treaty.get("franchise", 0.0)
                layered[key, year] = min(over, limit) if reached else 0.0
            else:
                layered[key, year] = self._layer(treaty, loss, unit, treaty["attachment"])
        for event, year in {(key[0], year) for key, year in losses}:
            pieces = [piece for piece in losses if piece[0][0] == event and piece[1] == year]
            if sum(losses[piece] for piece in pieces) < treaty.get("event_franchise", 0.0):
                layered.update(dict.fromkeys(pieces, 0.0))
            most = _amount(treaty.get("event_limit"), math.inf)
            total = sum(layered[piece] for piece in pieces)
            if total > most:
                for piece in pieces:
                    layered[piece] *= most / total
        part = self.part(name)
        self.by_row[name] = dict.fromkeys(range(len(self.rows)), 0.0)
        self.totals[name] = self.charges[name] = 0.0
        rates, premium = treaty.get("reinstatements"), self.premium(name)
        premium = 1.0 if premium is None else premium
        limit = _amount(treaty["limit"], math.inf) * unit
        for year in sorted({year for _, year in losses}):
            pieces = [piece for piece in losses if piece[1] == year]
            first = running = self.treaty_years[name].get(year, 0.0)
            last = first + sum(layered[piece] for piece in pieces)
            for piece in pieces:
                paid = of(running + layered[piece]) - of(running)
                if self.attribution == "pro_rata":
                    paid = layered[piece] * (of(last) - of(first)) / (last - first or 1.0)
                running += layered[piece]
                for index in rows_of[piece]:
                    share = subject[index] / losses[piece] if losses[piece] > 0 else 0.0
                    self.by_row[name][index] = part * paid * share
            self.totals[name] += part * (of(last) - of(first))
            if rates is not None and not treaty.get("prepaid"):
                pieces_of = rates if isinstance(rates, list) else [rates["unlimited"]]
                for k, rate in enumerate(pieces_of):
                    low, high = k * limit, (k + 1) * limit
                    if isinstance(rates, dict):
                        low, high = 0.0, math.inf
                    used = min(max(of(last), low), high) - min(max(of(first), low), high)
                    self.charges[name] += part * premium * rate * used / limit
            self.treaty_years[name][year] = last
        if treaty.get("prepaid"):
            self.charges[name] = part * premium * sum(rates)

    def _occurrences(self, name: str) -> None:
        treaty = self.treaties[name]
        growth = self.growth(name)
        subject = {}
        for index, row in enumerate(self.rows):
            left = row.loss
            for other in self.inuring(name):
                left -= self.by_row[other][index]
            subject[index] = max(left, 0.0) * self.cession(name, row.risk) / growth

        # Occurrences, in date order: the risks of an event, or the event.
        members: dict[Any, list[int]] = {}
        for index, row in enumerate(self.rows):
            key = (row.event, row.risk) if treaty["basis"] == "risk" else row.event
            members.setdefault(key, []).append(index)
        losses = {key: sum(subject[i] for i in rows) for key, rows in members.items()}
        recoveries = self._recoveries(name, members, losses)
        for event in {row.event for row in self.rows} if treaty["basis"] == "risk" else ():
            keys = [key for key in recoveries if key[0] == event]
            if sum(losses[key] for key in keys) < treaty.get("event_franchise", 0.0):
                recoveries.update(dict.fromkeys(keys, 0.0))
            most = _amount(treaty.get("event_limit"), math.inf)
            total = sum(recoveries[key] for key in keys)
            if total > most:
                for key in keys:
                    recoveries[key] *= most / total

        total = sum(recoveries.values())
        paid = {}
        wanted = {}
        running = 0.0
        for key, recovery in recoveries.items():
            for capped, column in ((True, paid), (False, wanted)):
                if self.attribution == "event_order":
                    after = self._after(name, running + recovery, capped)
                    column[key] = after - self._after(name, running, capped)
                else:
                    whole = self._after(name, total, capped)
                    column[key] = recovery * whole / total if total > 0 else 0.0
            running += recovery
        self.unpaid[name] = {key: max(wanted[key] - paid[key], 0.0) for key in paid}

        part = self.part(name)
        self.by_row[name] = {}
        for key, rows in members.items():
            for index in rows:
                share = subject[index] / losses[key] if losses[key] > 0 else 0.0
                self.by_row[name][index] = part * paid[key] * share * growth
        self.totals[name] = part * self._after(name, total) * growth
        self.charges[name] = part * self._charge(name, members, paid)
        self.history[name].append(self._of_year(name, total))

    def _recoveries(
        self, name: str, members: dict[Any, list[int]], losses: dict[Any, float]
    ) -> dict[Any, float]:
        """Recoveries before event and annual terms."""
        treaty = self.treaties[name]
        unit = self.stability(name)
        at = treaty["attachment"]
        if treaty.get("backup_of"):
            unpaid = self.unpaid[treaty["backup_of"]]
            return {key: self._layer(treaty, unpaid[key], unit, at) for key in losses}
        occurrences: list[list[Any]] = [[key] for key in losses]
        if treaty.get("hours"):
            occurrences = self._best_hours(treaty, members, losses, unit)
        recoveries = {}
        counted = 0
        for keys in occurrences:
            loss = sum(losses[key] for key in keys)
            nth, drop = treaty.get("from_event"), treaty.get("drop")
            attachment, over, covered = at, math.inf, True
            if nth:
                over = nth["over"] if nth.get("over") is not None else at * unit
                covered = counted >= nth["number"] - 1
            if drop:
                over = drop["over"] if drop.get("over") is not None else drop["to"] * unit
                attachment = drop["to"] if counted >= drop["number"] - 1 else at
            recovery = self._layer(treaty, loss, unit, attachment) if covered else 0.0
            counted += loss > over
            for key in keys:
                recoveries[key] = recovery * losses[key] / loss if recovery > 0 else 0.0
        return {key: recoveries[key] for key in losses}

    def _best_hours(
        self,
        treaty: dict[str, Any],
        members: dict[Any, list[int]],
        losses: dict[Any, float],
        unit: float,
    ) -> list[list[Any]]:
        """Try every way to cut the events of each cause; keep the one that recovers most."""
        window = treaty["hours"] / 8760
        first = {key: self.rows[rows[0]] for key, rows in members.items()}
        found: list[list[Any]] = []
        for cause in {row.cause for row in first.values()}:
            keys = [key for key in losses if first[key].cause == cause]
            best: tuple[float, Any, list[list[Any]]] | None = None
            for cuts in range(2 ** (len(keys) - 1)):
                runs = [[keys[0]]]
                for at, key in enumerate(keys[1:]):
                    if cuts >> at & 1:
                        runs.append([key])
                    else:
                        runs[-1].append(key)
                if any(first[run[-1]].time - first[run[0]].time > window for run in runs):
                    continue
                paid = sum(
                    self._layer(treaty, sum(losses[k] for k in run), unit, treaty["attachment"])
                    for run in runs
                )
                # Of equals the fewest, then the longest last one, last but one, ...
                rank = (-len(runs), [len(run) for run in reversed(runs)])
                if (
                    best is None
                    or paid > best[0] + 1e-9
                    or (paid > best[0] - 1e-9 and rank > best[1])
                ):
                    best = (paid, rank, runs)
            assert best is not None
            found += best[2]
        order = list(losses)
        return sorted(found, key=lambda run: order.index(run[0]))

    def _charge(self, name: str, members: dict[Any, list[int]], paid: dict[Any, float]) -> float:
        treaty = self.treaties[name]
        rates = treaty.get("reinstatements")
        if rates is None:
            return 0.0
        # Without a premium the charge is for each unit of it.
        premium = self.premium(name)
        premium = 1.0 if premium is None else premium
        limit = treaty["limit"] * self.stability(name)
        if treaty.get("prepaid"):
            return premium * sum(rates)
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


def settle_pool(
    pool: dict[str, Any],
    years: list[list[Row]],
    sums_insured: dict[int, float],
    *,
    horizon: int,
    reinsurance: Reference | None = None,
    failed: dict[str, list[bool]] | None = None,
) -> list[list[dict[str, float]]]:
    """What every party of a pool bears of every row, by year; ``failed``: who defaults when."""
    recoveries = {member["name"]: member.get("recovery", 0.0) for member in pool["members"]}
    insured = pool.get("insured", {})
    retention, share = insured.get("retention", 0.0), insured.get("share", 0.0)
    unit = pool.get("band_unit", 1.0)
    breaker = pool.get("circuit_breaker")
    told = []
    suspended = 0
    for number, rows in enumerate(years):
        if number % horizon == 0:
            suspended = 0
        if suspended:
            suspended -= 1
            told.append([{"insured": row.loss} for row in rows])
            continue
        paid: list[dict[str, float]] = [{} for _ in rows]

        def pay(party: str, row: int, amount: float, paid: list[dict[str, float]] = paid) -> None:
            paid[row][party] = paid[row].get(party, 0.0) + amount

        # Retention and share, by risk and event; overflow above the lines.
        of_risk: dict[tuple[int, int], float] = {}
        for row in rows:
            of_risk[row.event, row.risk] = of_risk.get((row.event, row.risk), 0.0) + row.loss
        left_rows = []
        for index, row in enumerate(rows):
            whole = of_risk[row.event, row.risk]
            kept = min(whole, retention) / whole * row.loss if whole > 0 else 0.0
            kept += share * (row.loss - kept)
            lines = {
                member["name"]: min(
                    member["share"],
                    member.get("maximum_line", math.inf) / sums_insured[row.risk],
                )
                for member in pool["members"]
            }
            over = (row.loss - kept) * max(1 - sum(lines.values()), 0.0)
            pay("insured", index, kept)
            pay("facultative", index, over)
            left_rows.append((row, row.loss - kept - over, lines))
        if reinsurance is not None:
            reinsurance.history = {name: [] for name in reinsurance.treaties}
            reinsurance.year([row._replace(loss=left) for row, left, _ in left_rows])
            for name, column in reinsurance.by_row.items():
                for index, amount in column.items():
                    pay(name, index, amount)
        # What the reinsurance leaves of each row: annual covers take the same part of all.
        nets = []
        for index, (_, left, lines) in enumerate(left_rows):
            taken = 0.0
            if reinsurance is not None:
                taken = sum(
                    column[index]
                    for name, column in reinsurance.by_row.items()
                    if reinsurance.treaties[name]["basis"] != "annual"
                )
            nets.append((max(left - taken, 0.0), lines))
        before_annual = sum(left for left, _ in nets)
        annual = 0.0
        if reinsurance is not None:
            annual = sum(
                total
                for name, total in reinsurance.totals.items()
                if reinsurance.treaties[name]["basis"] == "annual"
            )
        seen = before_annual - annual
        part_of = [left / before_annual if before_annual > 0 else 0.0 for left, _ in nets]
        banded = 0.0
        for band in pool.get("bands", []):
            for party, part in band["shares"].items():
                to = band["to"] * unit
                if breaker and party in breaker["stops"]:
                    to = min(to, breaker["above"] * unit)
                amount = part * max(min(seen, to) - band["from"] * unit, 0.0)
                for index, row_part in enumerate(part_of):
                    pay(party, index, amount * row_part)
                banded += amount
        # The members take what is left of each row, in proportion to their lines; of a member in
        # default nobody pays the rest.
        for index, ((_, lines), row_part) in enumerate(zip(nets, part_of, strict=True)):
            for name, line in lines.items():
                owed = (seen - banded) * row_part * line / sum(lines.values())
                fails = failed is not None and name in failed and failed[name][number]
                pay(name, index, owed * (recoveries[name] if fails else 1.0))
                pay("unpaid", index, owed * (1 - recoveries[name] if fails else 0.0))
        if breaker and seen > breaker["above"] * unit:
            suspended = breaker.get("suspends", 0)
        told.append(paid)
    return told


def total_of(rows: list[dict[str, float]]) -> dict[str, float]:
    """Sums by party."""
    total: dict[str, float] = {}
    for row in rows:
        for party, amount in row.items():
            total[party] = total.get(party, 0.0) + amount
    return total


def special_reserve(
    rule: dict[str, Any], losses: list[float], events: list[float], premium: float, expenses: float
) -> list[dict[str, float]]:
    """One path of a special reserve: accrual in good years, release when the triggers pull."""
    balance = rule.get("initial", 0.0)
    ratios = [trigger["loss_ratio"] for trigger in rule["triggers"] if "loss_ratio" in trigger]
    above = rule.get("release_above", min(ratios, default=1.0))
    told = []
    for loss, event in zip(losses, events, strict=True):
        pulled = [
            loss / premium > trigger["loss_ratio"]
            if "loss_ratio" in trigger
            else event > trigger["event"]
            for trigger in rule["triggers"]
        ]
        income = rule.get("interest", 0.0) * balance
        release = 0.0
        if any(pulled) if rule.get("when") == "any" else all(pulled):
            release = min(balance, max(loss - above * premium, 0.0))
        profit = max(premium * (1 - expenses) - loss, 0.0)
        accrual = rule.get("profit_share", 0.75) * profit
        accrual += rule.get("premium_share", 0.0) * premium
        # From the balance at the start of the year, the reserve fills to its cap and no further.
        room = max(rule.get("cap", math.inf) * premium - balance, 0.0)
        accrual = min(accrual, room)
        balance += income + accrual - release
        told.append(
            {"balance": balance, "accrual": accrual, "interest": income, "release": release}
        )
    return told


def subsidise(
    rule: dict[str, Any], policies: list[tuple[float, float, int]]
) -> list[tuple[float, float]]:
    """Subsidy and what the insured pays, of policies (rate, sum insured, year)."""
    claims = []
    for rate, insured, year in policies:
        eligible = year <= rule["years"]
        if rule["over_cap"] == "ineligible" and rate > rule["rate_cap"]:
            eligible = False
        claims.append(min(rate, rule["rate_cap"]) * insured * rule["share"] if eligible else 0.0)
    left, total = rule["budget"], sum(claims)
    told = []
    for claim, (rate, insured, _) in zip(claims, policies, strict=True):
        if rule["rationing"] == "pro_rata":
            paid = claim * min(1.0, rule["budget"] / total) if total > 0 else 0.0
        else:
            paid = min(claim, left)
            left -= paid
        told.append((paid, rate * insured - paid))
    return told
