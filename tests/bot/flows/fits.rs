//! The cards and forms around plays, hands, meetings and files, on every service, in every language, with the worst that people may type.

use panout::words::{Catalogue, Language, args};
use rstest::rstest;

use crate::story::{On, Setup, Team, Trouble};

const HOSTILE: &str = "<!channel> & <@U1> @everyone *b* `c` [l](https://evil.example) '; DROP TABLE plays; --";

fn look_away(team: &Team) -> String {
    let seen = ["Ana", "Bogdan", "Elena", "Oana", "Adi"].map(|name| team.person(name).screen());
    seen.join("\n")
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_plays_and_hands_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, amounts_in_channel: vec!["Field"], ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let label = |key: &str| words.in_language(language).line(key, args! {});
    let (ana, bogdan, elena) = (team.person("Ana"), team.person("Bogdan"), team.person("Elena"));
    let line = format!("/refusal Acme 12k price/payment_terms #crm \"{HOSTILE}\"");
    ana.types(&line).await;
    look_away(&team);
    elena.presses(&label("button.delegate")).await;
    elena.fills(&[(&label("hand_form.to.label"), "Bogdan"), (&label("hand_form.note.label"), HOSTILE)]).await;
    elena.submits().await;
    assert!(elena.screen().contains(HOSTILE) && bogdan.screen().contains(HOSTILE));
    bogdan.presses(&label("button.revive")).await;
    let lever = (&*label("revive_form.lever.label"), &*label("lever.payment_terms"));
    bogdan.fills(&[lever, (&label("revive_form.note.label"), HOSTILE)]).await;
    bogdan.submits().await;
    look_away(&team);
    ana.presses(&label("button.reassign")).await;
    ana.fills(&[(&label("hand_form.to.label"), "Bogdan"), (&label("hand_form.note.label"), HOSTILE)]).await;
    ana.submits().await;
    assert!(ana.screen().contains(HOSTILE) && bogdan.screen().contains(HOSTILE));
    bogdan.presses(&label("button.won_back")).await;
    bogdan.fills(&[(&label("won_form.how.label"), HOSTILE), (&label("won_form.amount.label"), "11k")]).await;
    bogdan.submits().await;
    assert!(look_away(&team).contains(HOSTILE));
    for command in ["/plays", "/refusals gap", "/plays help", "/refusal help", "/refusals help"] {
        if on == On::Discord && command.ends_with("help") && !command.starts_with("/refusal") {
            // Discord offers what may follow.
            continue;
        }
        ana.types(command).await;
        assert!(!ana.screen().is_empty(), "{command}");
    }
    team.passes(chrono::TimeDelta::days(42)).await;
    look_away(&team);
    ana.types(&line).await;
    assert!(ana.screen().contains(HOSTILE), "what brought the first one back");
    assert!(elena.screen().contains(HOSTILE));
    elena.presses(&label("button.revive")).await;
    assert!(elena.form().contains(&label("revive_form.play.label")), "{}", elena.form());
    elena.fills(&[lever, (&label("revive_form.note.label"), HOSTILE)]).await;
    elena.submits().await;
    look_away(&team);
    ana.presses(&label("button.similar")).await;
    assert!(ana.screen().contains(HOSTILE));
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_deals_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let team = Team::start_with(on, Setup { language, ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let label = |key: &str| words.in_language(language).line(key, args! {});
    let (ana, elena) = (team.person("Ana"), team.person("Elena"));
    ana.types("/deal mine").await;
    ana.presses(&label("button.deal_track")).await;
    ana.fills(&[
        (&label("deal_form.account.label"), HOSTILE),
        (&label("deal_form.stage.label"), &label("deal_stage.proposal.label")),
        (&label("deal_form.amount.label"), "40k"),
        (&label("deal_form.note.label"), HOSTILE),
    ])
    .await;
    ana.submits().await;
    assert!(ana.screen().contains(&format!("> {HOSTILE}")));
    for (name, stage) in [("Gamma", "first_contact"), ("Zeta", "negotiation"), ("Omega", "negotiation")] {
        ana.types(&format!("/deal track {name} {} 1k", label(&format!("deal_stage.{stage}.label")))).await;
    }
    ana.types("/deal mine").await;
    look_away(&team);
    ana.chooses(&label("deals.open"), "D2 Gamma").await;
    ana.presses(&label("button.deal_advance")).await;
    ana.presses(&label("button.deal_anyway")).await;
    ana.fills(&[(&label("anyway_form.why.label"), HOSTILE)]).await;
    ana.submits().await;
    assert!(look_away(&team).contains(&format!("> {HOSTILE}")));
    ana.presses(&label("button.deal_checklist")).await;
    ana.fills(&[(&label("deal_check_form.budget.label"), &label("deal_answer.no"))]).await;
    ana.submits().await;
    assert!(ana.screen().contains(&label("deal_answer.no")));
    team.it_is("2026-12-08T07:00:00Z").await;
    assert!(ana.screen().contains(HOSTILE), "the message of the day");
    elena.types("/deal team").await;
    assert!(elena.screen().contains(HOSTILE));
    elena.types("/deal cost").await;
    look_away(&team);
    elena.presses(&label("button.carrying_terms")).await;
    elena.submits().await;
    look_away(&team);
    elena.types("/panout criteria").await;
    assert!(elena.screen().contains(&label("deal_check_form.joint_plan.hint")));
    for (button, fill) in
        [("button.disqualify", "disqualify_form.why.label"), ("button.deal_dead", "refusal_form.reason.label")]
    {
        ana.types("/deal mine").await;
        look_away(&team);
        ana.chooses(&label("deals.open"), if fill.starts_with("dis") { "D3 Zeta" } else { "D4 Omega" }).await;
        look_away(&team);
        ana.presses(&label(button)).await;
        let chosen = if fill.starts_with("dis") { label("unfit.no_budget") } else { label("reason.price.label") };
        ana.fills(&[(&label(fill), &chosen)]).await;
        ana.submits().await;
        assert!(!look_away(&team).is_empty());
    }
    team.ends().await;
}

#[rstest]
#[tokio::test]
async fn every_card_and_form_of_meetings_and_files_fits(
    #[values(On::Local, On::Slack, On::Discord)] on: On,
    #[values(Language::En, Language::Fr, Language::Ro)] language: Language,
) {
    let schedules = Some(super::digest::schedules("digest"));
    let team = Team::start_with(on, Setup { language, schedules, ..Setup::default() }).await;
    let words = Catalogue::built_in();
    let words = words.in_language(language);
    let label = |key: &str| words.line(key, args! {});
    let button = |key: &str| words.line("meeting.button", args! { does: label(key), what: "Plan" });
    let (ana, bogdan) = (team.person("Ana"), team.person("Bogdan"));
    ana.types("/refusal Acme 12k price #crm").await;
    look_away(&team);
    team.it_is("2026-11-30T07:00:00Z").await;
    look_away(&team);
    ana.presses(&label("digest.agenda")).await;
    for what in ["Plan", HOSTILE, &"Plan it well. ".repeat(200)] {
        ana.presses(&label("agenda.decide")).await;
        let (what_is, who, when) = (
            label("decision_form.what.label"),
            label("decision_form.owner.label"),
            label("decision_form.due_on.label"),
        );
        ana.fills(&[(&what_is, what), (&who, "Bogdan"), (&when, "2026-12-04")]).await;
        ana.submits().await;
        let read = ana.screen();
        assert!(what.trim().split(". ").all(|part| read.contains(part)), "{what} is not in\n{read}");
    }
    team.it_is("2026-12-04T07:00:00Z").await;
    assert!(bogdan.screen().contains(HOSTILE));
    bogdan.presses(&button("button.later")).await;
    bogdan.fills(&[(&label("again_on_form.again_on.label"), "2026-12-08")]).await;
    bogdan.submits().await;
    assert!(bogdan.screen().contains(&label("meeting.comes_again")));
    team.it_is("2026-12-08T07:00:00Z").await;
    look_away(&team);
    bogdan.presses(&button("button.done")).await;
    bogdan.fills(&[(&label("decision_done_form.note.label"), HOSTILE)]).await;
    bogdan.submits().await;
    look_away(&team);
    ana.presses(&label("digest.agenda")).await;
    assert!(ana.screen().contains(&format!("> {HOSTILE}")), "what was said when it was done");
    // A file that cannot be made.
    team.rows::<(i64,)>("UPDATE refusals SET stage = 'nowhere' RETURNING number").await;
    ana.types("/refusals export csv").await;
    for _ in 0..8 {
        team.passes(chrono::TimeDelta::minutes(1)).await;
    }
    assert!(ana.screen().contains(&format!("[{}]", label("button.ask_again"))));
    team.rows::<(i64,)>("UPDATE refusals SET stage = 'with_head' RETURNING number").await;
    // A channel that is closed.
    team.service().trouble(Trouble::ChannelsClosed);
    team.it_is("2026-12-14T07:00:00Z").await;
    let admin = team.person("Adi").screen();
    assert_eq!(admin.contains(&words.line("digest.lost", args! { team: "Field" })), on != On::Local, "{admin}");
    look_away(&team);
    team.forgives();
    team.rows::<(i64,)>("UPDATE jobs SET state = 'done' WHERE state = 'dead' RETURNING id").await;
    team.ends().await;
}
