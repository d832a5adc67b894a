//! By what refusals are counted.

/// One thing refusals are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// Who logged them.
    Rep,
    /// What was offered. A refusal about two products counts under both, and once in the total.
    Product,
    /// Why, at the first level, as far as is known ([`super::Refusal::reason_heard`]).
    Reason,
    /// Which part of the market.
    Segment,
    /// Where the client came from.
    Source,
    /// Who won, or stood against us.
    Competitor,
}

/// A table of refusals: by what its rows and its columns are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Who by what.
    #[default]
    RepProduct,
    /// Who by why.
    RepReason,
    /// What by why.
    ProductReason,
    /// By part of the market.
    Segment,
    /// By where clients came from.
    Source,
    /// By who stood against us.
    Competitor,
}

impl Axis {
    /// Its name, as kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Axis::Rep => "rep",
            Axis::Product => "product",
            Axis::Reason => "reason",
            Axis::Segment => "segment",
            Axis::Source => "source",
            Axis::Competitor => "competitor",
        }
    }
}

impl View {
    /// Every view.
    pub const ALL: [View; 6] =
        [View::RepProduct, View::RepReason, View::ProductReason, View::Segment, View::Source, View::Competitor];

    /// By what its rows are, and its columns.
    pub fn axes(self) -> (Axis, Option<Axis>) {
        match self {
            View::RepProduct => (Axis::Rep, Some(Axis::Product)),
            View::RepReason => (Axis::Rep, Some(Axis::Reason)),
            View::ProductReason => (Axis::Product, Some(Axis::Reason)),
            View::Segment => (Axis::Segment, None),
            View::Source => (Axis::Source, None),
            View::Competitor => (Axis::Competitor, None),
        }
    }

    /// Its name, in buttons and prompts.
    pub fn as_str(self) -> &'static str {
        match self {
            View::RepProduct => "rep_product",
            View::RepReason => "rep_reason",
            View::ProductReason => "product_reason",
            View::Segment => "segment",
            View::Source => "source",
            View::Competitor => "competitor",
        }
    }

    /// The view of a name.
    pub fn of(name: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.as_str() == name)
    }
}
