//! Where a client came from.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a client came from: what brought them to us, whatever became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// They watched a webinar.
    Webinar,
    /// Somebody who sells with us sent them.
    Partner,
    /// They found us on a social network.
    Social,
    /// We met at a fair.
    TradeShow,
    /// They wrote through the website.
    Website,
    /// They read the newsletter.
    Newsletter,
    /// Somebody who knows us told them.
    Referral,
    /// They called.
    Phone,
    /// They came by.
    WalkIn,
    /// They buy from us already.
    ExistingCustomer,
    /// They saw an advertisement.
    Advertisement,
    /// We wrote to many, or called many.
    Campaign,
    /// They wrote an e-mail.
    Email,
    /// They wrote in a chat.
    Chat,
    /// Anything else.
    Other,
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 15] = [
        Source::Webinar,
        Source::Partner,
        Source::Social,
        Source::TradeShow,
        Source::Website,
        Source::Newsletter,
        Source::Referral,
        Source::Phone,
        Source::WalkIn,
        Source::ExistingCustomer,
        Source::Advertisement,
        Source::Campaign,
        Source::Email,
        Source::Chat,
        Source::Other,
    ];

    /// Its id, such as `trade_show`: stable, stored, never shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Webinar => "webinar",
            Source::Partner => "partner",
            Source::Social => "social",
            Source::TradeShow => "trade_show",
            Source::Website => "website",
            Source::Newsletter => "newsletter",
            Source::Referral => "referral",
            Source::Phone => "phone",
            Source::WalkIn => "walk_in",
            Source::ExistingCustomer => "existing_customer",
            Source::Advertisement => "advertisement",
            Source::Campaign => "campaign",
            Source::Email => "email",
            Source::Chat => "chat",
            Source::Other => "other",
        }
    }
}

impl FromStr for Source {
    type Err = String;

    /// Reads a source's id; the error is the text that was refused.
    fn from_str(written: &str) -> Result<Self, String> {
        Source::ALL.into_iter().find(|source| source.as_str() == written).ok_or_else(|| written.into())
    }
}
