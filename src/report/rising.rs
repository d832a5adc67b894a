//! Which reasons come up more than usual: this week, or this week and the last, against the weeks before.
//!
//! Chance alone makes figures jump: of fifty that never change, one or two double every week. So a reason is shown only
//! when its own history makes the jump unlikely, looked at together with all others that could have jumped.
//!
//! 1. **One series.** Let `k` be its count in the last `w` weeks and `h` that of the `t` weeks before. If nothing changed,
//!    each of the `n = k + h` refusals fell into the last weeks with probability `w / (w + t)`, whatever the true rate:
//!    `k` is binomial, and the chance of `k` or more is a sum, exact for small counts too (Przyborowski and Wilenski 1940).
//! 2. **Two looks**, with `w = 1` and `w = 2`: the first sees a spike, the second what grows. Each has a share of what chance
//!    may do ([`LOOKS`]): its chance is divided by that share, and the better of the two counts.
//! 3. **All together.** Benjamini and Hochberg's procedure (1995) over every series keeps the share of chance among what
//!    is shown under [`CHANCE`]. The many series of a reason in one segment would drown the few of a whole reason, so
//!    the latter have [`WHOLES`] of that budget (weights: Genovese, Roeder and Wasserman 2006).
//!
//! Nothing is shown under [`ENOUGH`] refusals or [`HISTORY`] weeks of history. `README.md` says it in plain words, with what was
//! measured.

/// Of all that is shown, at most this share is chance; of quiet weeks, at most this share shows anything.
pub const CHANCE: f64 = 0.10;

/// Under so many refusals nothing is said to rise.
pub const ENOUGH: u32 = 5;

/// How many weeks of history there must be.
pub const HISTORY: usize = 8;

/// The share of [`CHANCE`] that whole reasons have; their parts have the rest.
pub const WHOLES: f64 = 0.8;

/// How many of the last weeks are looked at, and the share of the budget that look has. Two weeks have most: what rises
/// lasts, and a spike that is worth showing is seen with little.
const LOOKS: [(usize, f64); 2] = [(1, 0.2), (2, 0.8)];

/// What a series counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A reason, wherever it came up.
    Whole,
    /// A reason in one segment.
    Part,
}

/// How often something came up, week by week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<K> {
    /// What was counted.
    pub what: K,
    /// All of a reason, or a part of it.
    pub extent: Extent,
    /// The counts of complete weeks, the oldest first, the week asked about last. Weeks without refusals are there as zeros.
    pub weeks: Vec<u32>,
}

/// What comes up more than usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Rising<K> {
    /// What.
    pub what: K,
    /// How often in the last [`weeks`](Self::weeks).
    pub count: u32,
    /// In how many weeks, the last included: 1 or 2.
    pub weeks: usize,
    /// How often a week before: the mean, every week alike.
    pub usual: f64,
    /// How likely chance alone brings so many, seen on its own; both looks are paid for.
    pub chance: f64,
}

/// What rises among all that is counted, the least likely first.
pub fn rising<K: Clone>(all: &[Series<K>]) -> Vec<Rising<K>> {
    let tested: Vec<(&Series<K>, Rising<K>)> = all.iter().filter_map(|one| Some((one, look(one)?))).collect();
    let of = |extent: Extent| f64_of(tested.iter().filter(|(one, _)| one.extent == extent).count());
    let (wholes, parts) = (of(Extent::Whole), of(Extent::Part));
    let wholes_have = if parts == 0.0 { 1.0 } else { WHOLES };
    let parts_have = if wholes == 0.0 { 1.0 } else { 1.0 - WHOLES };
    // Each chance divided by its share of the budget, so that all are compared with the same line.
    let mut weighed: Vec<(f64, Rising<K>)> = tested
        .into_iter()
        .map(|(one, found)| match one.extent {
            Extent::Whole => (found.chance * wholes / wholes_have, found),
            Extent::Part => (found.chance * parts / parts_have, found),
        })
        .collect();
    weighed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let holds = (1..=weighed.len()).rev().find(|rank| weighed[rank - 1].0 <= CHANCE * f64_of(*rank)).unwrap_or(0);
    weighed.truncate(holds);
    weighed.into_iter().map(|(_, found)| found).filter(|found| found.count >= ENOUGH).collect()
}

/// The more telling of the two looks; `None` if there is too little history to be tested.
fn look<K: Clone>(series: &Series<K>) -> Option<Rising<K>> {
    let looks = LOOKS.iter().filter_map(|(weeks, share_of_budget)| {
        let (before, last) = series.weeks.split_at_checked(series.weeks.len().checked_sub(*weeks)?)?;
        (before.len() >= HISTORY).then(|| {
            let (count, history) = (last.iter().sum(), before.iter().sum::<u32>());
            let share = f64_of(*weeks) / f64_of(series.weeks.len());
            // What is too little to be shown need not be worked out, but counts among what was tested.
            let chance = if count < ENOUGH { 1.0 } else { at_least(count, count + history, share) / share_of_budget };
            let usual = f64::from(history) / f64_of(before.len());
            Rising { what: series.what.clone(), count, weeks: *weeks, usual, chance }
        })
    });
    let best = looks.min_by(|one, other| one.chance.total_cmp(&other.chance))?;
    Some(Rising { chance: best.chance.min(1.0), ..best })
}

/// The chance of `k` or more of `n`, each falling there with probability `p`; 0 < `p` < 1.
fn at_least(k: u32, n: u32, p: f64) -> f64 {
    // In logarithms, or the first term of long series would vanish.
    let choose: f64 = (1..=k).map(|i| (f64::from(n - k + i) / f64::from(i)).ln()).sum();
    let mut term = (choose + f64::from(k) * p.ln() + f64::from(n - k) * (-p).ln_1p()).exp();
    let (mut sum, odds) = (term, p / (1.0 - p));
    for i in k..n {
        term *= f64::from(n - i) / f64::from(i + 1) * odds;
        sum += term;
        if term < sum * 1e-12 && f64::from(i) > f64::from(n) * p {
            break;
        }
    }
    sum.min(1.0)
}

fn f64_of(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::from(u32::MAX), f64::from)
}
