//! What is learned from a refusal: the buttons and forms of the debrief, the client's review and the letter.

use super::{Call, Result, Values, debrief, letter, review};
use crate::chat::Reply;
use crate::domain::RefusalNumber;

/// What a button or a form of these means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learn {
    /// Shows the debrief of a refusal.
    Debrief(RefusalNumber),
    /// Every question of the debrief in one form.
    AllQuestions(RefusalNumber),
    /// The next question of the debrief alone.
    NextQuestion(RefusalNumber),
    /// The form that asks when to debrief instead.
    Later(RefusalNumber),
    /// The debrief is complete as it is.
    ThatIsAll(RefusalNumber),
    /// The form for what a client says in a review.
    Review(RefusalNumber),
    /// The head takes the client's reason to be true: the difference.
    ClientIsRight(i64),
    /// The head takes the rep's reason to be true: the difference.
    RepIsRight(i64),
    /// Shows the letter to a silent client.
    Letter(RefusalNumber),
    /// Shows it in a language, by its place among all.
    LetterIn(RefusalNumber, i64),
    /// It was sent in this language.
    LetterSent(RefusalNumber, i64),
    /// The form for what the client answered.
    LetterAnswered(RefusalNumber),
    /// The client did not answer.
    StillSilent(RefusalNumber),
}

impl Learn {
    /// As a platform carries it.
    pub(super) fn encoded(self) -> String {
        match self {
            Learn::Debrief(RefusalNumber(n)) => format!("debrief.{n}"),
            Learn::AllQuestions(RefusalNumber(n)) => format!("all_questions.{n}"),
            Learn::NextQuestion(RefusalNumber(n)) => format!("next_question.{n}"),
            Learn::Later(RefusalNumber(n)) => format!("debrief_later.{n}"),
            Learn::ThatIsAll(RefusalNumber(n)) => format!("that_is_all.{n}"),
            Learn::Review(RefusalNumber(n)) => format!("review.{n}"),
            Learn::ClientIsRight(id) => format!("client_is_right.{id}"),
            Learn::RepIsRight(id) => format!("rep_is_right.{id}"),
            Learn::Letter(RefusalNumber(n)) => format!("letter.{n}"),
            Learn::LetterIn(RefusalNumber(n), language) => format!("letter_in.{n}.{language}"),
            Learn::LetterSent(RefusalNumber(n), language) => format!("letter_sent.{n}.{language}"),
            Learn::LetterAnswered(RefusalNumber(n)) => format!("letter_answered.{n}"),
            Learn::StillSilent(RefusalNumber(n)) => format!("still_silent.{n}"),
        }
    }

    /// What a word and its numbers mean, if they mean one of these.
    pub(super) fn parse(word: &str, numbers: &[i64]) -> Option<Self> {
        Some(match (word, numbers) {
            ("debrief", [n]) => Learn::Debrief(RefusalNumber(*n)),
            ("all_questions", [n]) => Learn::AllQuestions(RefusalNumber(*n)),
            ("next_question", [n]) => Learn::NextQuestion(RefusalNumber(*n)),
            ("debrief_later", [n]) => Learn::Later(RefusalNumber(*n)),
            ("that_is_all", [n]) => Learn::ThatIsAll(RefusalNumber(*n)),
            ("review", [n]) => Learn::Review(RefusalNumber(*n)),
            ("client_is_right", [id]) => Learn::ClientIsRight(*id),
            ("rep_is_right", [id]) => Learn::RepIsRight(*id),
            ("letter", [n]) => Learn::Letter(RefusalNumber(*n)),
            ("letter_in", [n, language]) => Learn::LetterIn(RefusalNumber(*n), *language),
            ("letter_sent", [n, language]) => Learn::LetterSent(RefusalNumber(*n), *language),
            ("letter_answered", [n]) => Learn::LetterAnswered(RefusalNumber(*n)),
            ("still_silent", [n]) => Learn::StillSilent(RefusalNumber(*n)),
            _ => return None,
        })
    }

    /// Whether a press on it only asks.
    pub(super) fn only_asks(self) -> bool {
        use Learn::{ClientIsRight, LetterSent, RepIsRight, StillSilent, ThatIsAll};
        !matches!(self, ThatIsAll(_) | ClientIsRight(_) | RepIsRight(_) | LetterSent(..) | StillSilent(_))
    }

    /// A press.
    pub(super) async fn press(self, call: &mut Call<'_>) -> Result {
        match self {
            Learn::Debrief(number) => debrief::open(call, number).await,
            Learn::AllQuestions(number) => debrief::form(call, number).await,
            Learn::NextQuestion(number) => debrief::next_form(call, number).await,
            Learn::Later(number) => debrief::later_form(call, number).await,
            Learn::ThatIsAll(number) => debrief::that_is_all(call, number).await,
            Learn::Review(number) => review::form(call, number).await,
            Learn::ClientIsRight(id) => review::rule(call, id, true).await,
            Learn::RepIsRight(id) => review::rule(call, id, false).await,
            Learn::Letter(number) => Ok(Reply::Whisper(letter::open(call, number, None).await?)),
            Learn::LetterIn(number, language) => Ok(Reply::Replace(letter::open(call, number, Some(language)).await?)),
            Learn::LetterSent(number, language) => letter::sent(call, number, language).await,
            Learn::LetterAnswered(number) => letter::answered_form(call, number).await,
            Learn::StillSilent(number) => letter::still_silent(call, number).await,
        }
    }

    /// A form; nothing for what has none.
    pub(super) async fn submit(self, call: &mut Call<'_>, values: &Values) -> Result<Option<Reply>> {
        Ok(Some(match self {
            Learn::AllQuestions(number) | Learn::NextQuestion(number) => debrief::answer(call, number, values).await?,
            Learn::Later(number) => debrief::later(call, number, values).await?,
            Learn::Review(number) => review::write(call, number, values).await?,
            Learn::LetterAnswered(number) => letter::answered(call, number, values).await?,
            _ => return Ok(None),
        }))
    }
}
