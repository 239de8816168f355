//! Roll-forward of IFRS 17 liabilities: what opens, what moves, what closes.
//!
//! A simplified view of IFRS 17 paragraphs 40 (LRC and LIC), 44 and 65A (general model), 55 to 59
//! (premium allocation approach) and 103 (reconciliation). Movements are positive when they add to
//! the liability; every table closes: closing = opening + all movements.

/// A period of the liability for remaining coverage under the premium allocation approach.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LrcPeriod {
    pub premiums_received: f64,
    pub revenue: f64,
    pub acquisition_paid: f64,
    pub acquisition_amortised: f64,
    /// Fulfilment cash flows of the remaining coverage at the end of the period: a loss component
    /// makes up for what the liability falls short of them.
    pub fulfilment: Option<f64>,
}

/// A row of the roll-forward.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lrc {
    pub opening: f64,
    pub premiums_received: f64,
    pub revenue: f64,
    pub acquisition_paid: f64,
    pub acquisition_amortised: f64,
    /// Change of the loss component: a loss when positive.
    pub onerous: f64,
    pub closing: f64,
    pub loss_component: f64,
}

/// The remaining coverage from period to period.
pub fn lrc_roll(opening: f64, opening_loss: f64, periods: &[LrcPeriod]) -> Vec<Lrc> {
    let (mut before, mut loss) = (opening, opening_loss);
    let roll = |period: &LrcPeriod| {
        let without_loss =
            before - loss + period.premiums_received - period.revenue - period.acquisition_paid
                + period.acquisition_amortised;
        let component = period.fulfilment.map_or(0.0, |needed| (needed - without_loss).max(0.0));
        let row = Lrc {
            opening: before,
            premiums_received: period.premiums_received,
            revenue: -period.revenue,
            acquisition_paid: -period.acquisition_paid,
            acquisition_amortised: period.acquisition_amortised,
            onerous: component - loss,
            closing: without_loss + component,
            loss_component: component,
        };
        (before, loss) = (row.closing, component);
        row
    };
    periods.iter().map(roll).collect()
}

/// A period of the liability for incurred claims.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LicPeriod {
    /// Present value of what was incurred in the period, claims and expenses.
    pub incurred: f64,
    /// Change of the estimate for earlier periods; negative when it runs off well.
    pub past_service: f64,
    /// Unwinding of the discount and change of the rates.
    pub finance: f64,
    /// Change of the risk adjustment.
    pub risk_adjustment: f64,
    pub paid: f64,
}

/// A row of the roll-forward.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lic {
    pub opening: f64,
    pub incurred: f64,
    pub past_service: f64,
    pub finance: f64,
    pub risk_adjustment: f64,
    pub paid: f64,
    pub closing: f64,
}

/// The incurred claims from period to period.
pub fn lic_roll(opening: f64, periods: &[LicPeriod]) -> Vec<Lic> {
    let mut before = opening;
    let roll = |period: &LicPeriod| {
        let closing = before
            + period.incurred
            + period.past_service
            + period.finance
            + period.risk_adjustment
            - period.paid;
        let row = Lic {
            opening: before,
            incurred: period.incurred,
            past_service: period.past_service,
            finance: period.finance,
            risk_adjustment: period.risk_adjustment,
            paid: -period.paid,
            closing,
        };
        before = closing;
        row
    };
    periods.iter().map(roll).collect()
}

/// A period of the contractual service margin of the general model.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GmmPeriod {
    /// Margin of contracts recognised in the period.
    pub new_business: f64,
    /// Rate locked in at the start, for the period.
    pub rate: f64,
    /// Change of the fulfilment cash flows that belongs to future service; positive is a cost.
    pub future_service: f64,
    /// Coverage units provided, and those expected after the period.
    pub units: f64,
    pub units_to_come: f64,
}

/// A row of the roll-forward.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gmm {
    pub opening: f64,
    pub new_business: f64,
    pub accretion: f64,
    pub future_service: f64,
    pub release: f64,
    pub closing: f64,
    /// Loss component: what the margin could not absorb.
    pub loss_component: f64,
}

/// The contractual service margin from period to period. A cost that the margin cannot absorb makes
/// a loss component, which later gains reverse first (paragraphs 48 and 50).
pub fn csm_roll(opening: f64, opening_loss: f64, periods: &[GmmPeriod]) -> Vec<Gmm> {
    let (mut before, mut loss) = (opening, opening_loss);
    let roll = |period: &GmmPeriod| {
        let accretion = before * period.rate;
        let ready = before + period.new_business + accretion;
        let net = ready - loss - period.future_service;
        let (absorbed, component) = if net >= 0.0 { (net, 0.0) } else { (0.0, -net) };
        let units = period.units + period.units_to_come;
        let share = if units > 0.0 { period.units / units } else { 1.0 };
        let release = -absorbed * share;
        let row = Gmm {
            opening: before,
            new_business: period.new_business,
            accretion,
            future_service: absorbed - ready,
            release,
            closing: absorbed + release,
            loss_component: component,
        };
        (before, loss) = (row.closing, component);
        row
    };
    periods.iter().map(roll).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_premium_is_revenue_over_the_year() {
        // 1,200 received at once with 120 of commission, earned by quarters.
        let first = LrcPeriod {
            premiums_received: 1200.0,
            revenue: 300.0,
            acquisition_paid: 120.0,
            acquisition_amortised: 30.0,
            fulfilment: None,
        };
        let later =
            LrcPeriod { revenue: 300.0, acquisition_amortised: 30.0, ..LrcPeriod::default() };
        let rows = lrc_roll(0.0, 0.0, &[first, later, later, later]);
        let closing: Vec<f64> = rows.iter().map(|row| row.closing).collect();
        assert_eq!(closing, [810.0, 540.0, 270.0, 0.0]);
        // Onerous after the first quarter: 900 are needed where 810 are held.
        let onerous = lrc_roll(0.0, 0.0, &[LrcPeriod { fulfilment: Some(900.0), ..first }, later]);
        assert_eq!((onerous[0].onerous, onerous[0].closing), (90.0, 900.0));
        assert_eq!((onerous[1].onerous, onerous[1].closing), (-90.0, 540.0));
    }

    #[test]
    fn incurred_claims_close() {
        let period = LicPeriod {
            incurred: 500.0,
            past_service: -40.0,
            finance: 12.0,
            risk_adjustment: 8.0,
            paid: 300.0,
        };
        let rows = lic_roll(1000.0, &[period, period]);
        assert_eq!((rows[0].closing, rows[1].opening, rows[1].closing), (1180.0, 1180.0, 1360.0));
    }

    #[test]
    fn the_margin_is_released_by_units_and_a_loss_comes_back_first() {
        let even = |units_to_come| GmmPeriod { units: 1.0, units_to_come, ..GmmPeriod::default() };
        let rows = csm_roll(300.0, 0.0, &[even(2.0), even(1.0), even(0.0)]);
        let closing: Vec<f64> = rows.iter().map(|row| row.closing).collect();
        assert_eq!(closing, [200.0, 100.0, 0.0]);
        let cost = GmmPeriod { future_service: 380.0, ..even(2.0) };
        let gain = GmmPeriod { future_service: -100.0, ..even(1.0) };
        let rows = csm_roll(300.0, 0.0, &[cost, gain]);
        assert_eq!((rows[0].closing, rows[0].loss_component), (0.0, 80.0));
        assert_eq!((rows[1].closing, rows[1].loss_component), (10.0, 0.0));
        let accreting = csm_roll(100.0, 0.0, &[GmmPeriod { rate: 0.03, ..even(0.0) }]);
        assert!((accreting[0].release + 103.0).abs() < 1e-12);
    }
}
