//! How far a sale has come, and what is to be known before it goes on.

use std::str::FromStr;

/// How far a sale has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DealStage {
    /// They spoke.
    FirstContact,
    /// It is found out whether they can buy.
    Qualification,
    /// They have an offer, or get one.
    Proposal,
    /// They talk about the terms.
    Negotiation,
}

impl DealStage {
    /// Every stage, the first one first.
    pub const ALL: [DealStage; 4] =
        [DealStage::FirstContact, DealStage::Qualification, DealStage::Proposal, DealStage::Negotiation];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            DealStage::FirstContact => "first_contact",
            DealStage::Qualification => "qualification",
            DealStage::Proposal => "proposal",
            DealStage::Negotiation => "negotiation",
        }
    }

    /// Its place, from 0.
    pub fn place(self) -> i64 {
        match self {
            DealStage::FirstContact => 0,
            DealStage::Qualification => 1,
            DealStage::Proposal => 2,
            DealStage::Negotiation => 3,
        }
    }

    /// The stage at a place.
    pub fn at(place: i64) -> Option<DealStage> {
        DealStage::ALL.into_iter().find(|stage| stage.place() == place)
    }

    /// The one after it.
    pub fn next(self) -> Option<DealStage> {
        DealStage::at(self.place() + 1)
    }

    /// What is to be known before it is left (DOMAIN, "Inbound leads and opportunities").
    pub fn checklist(self) -> &'static [Check] {
        match self {
            DealStage::FirstContact => &[Check::NeedStated, Check::RightPerson],
            DealStage::Qualification => &[Check::Budget, Check::BuyingTeam],
            DealStage::Proposal => &[Check::PersonalGoals, Check::HowWeHelp, Check::JointPlan],
            DealStage::Negotiation => &[Check::CaseByClient, Check::CaseByBuyer, Check::OnTrack],
        }
    }
}

impl FromStr for DealStage {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        DealStage::ALL.into_iter().find(|stage| stage.as_str() == written).ok_or_else(|| written.into())
    }
}

/// Something to be known of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// They said what they need.
    NeedStated,
    /// We speak with the right person.
    RightPerson,
    /// There is money for it.
    Budget,
    /// We know everybody who has a say.
    BuyingTeam,
    /// We know what those people want for themselves.
    PersonalGoals,
    /// They see how we help.
    HowWeHelp,
    /// The steps to a decision are agreed with them.
    JointPlan,
    /// The client approved the business case.
    CaseByClient,
    /// Whoever pays approved it too.
    CaseByBuyer,
    /// What was agreed still holds.
    OnTrack,
}

impl Check {
    /// Everything, stage by stage.
    pub const ALL: [Check; 10] = [
        Check::NeedStated,
        Check::RightPerson,
        Check::Budget,
        Check::BuyingTeam,
        Check::PersonalGoals,
        Check::HowWeHelp,
        Check::JointPlan,
        Check::CaseByClient,
        Check::CaseByBuyer,
        Check::OnTrack,
    ];

    /// Its id, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::NeedStated => "need_stated",
            Check::RightPerson => "right_person",
            Check::Budget => "budget",
            Check::BuyingTeam => "buying_team",
            Check::PersonalGoals => "personal_goals",
            Check::HowWeHelp => "how_we_help",
            Check::JointPlan => "joint_plan",
            Check::CaseByClient => "case_by_client",
            Check::CaseByBuyer => "case_by_buyer",
            Check::OnTrack => "on_track",
        }
    }
}

impl FromStr for Check {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        Check::ALL.into_iter().find(|check| check.as_str() == written).ok_or_else(|| written.into())
    }
}
