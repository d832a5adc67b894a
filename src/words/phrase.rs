//! The words an adapter needs around cards and forms.

use super::Words;
use crate::args;
use crate::chat::Phrase;

impl Words<'_> {
    /// An adapter's own words: what [`crate::chat::Bot::phrase`] answers.
    pub fn phrase(self, phrase: Phrase) -> String {
        let key = match phrase {
            Phrase::Continue { step, of } => return self.line("adapter.continue", args! { step: step, of: of }),
            Phrase::ChooseThenContinue => "adapter.choose_then_continue",
            Phrase::OpenForm => "adapter.open_form",
            Phrase::FormLate => "adapter.form_late",
            Phrase::FixIt => "adapter.fix_it",
            Phrase::PleaseFix => "adapter.please_fix",
            Phrase::FormGone => "adapter.form_gone",
            Phrase::OneMoment => "adapter.one_moment",
            Phrase::Cancel => "adapter.cancel",
            Phrase::Optional => "adapter.optional",
            Phrase::DirectClosed => "adapter.direct_closed",
            Phrase::NotUnderstood => "adapter.not_understood",
            Phrase::NoChoice => "adapter.no_choice",
            Phrase::Search => "adapter.search",
            Phrase::NothingFound => "adapter.nothing_found",
            Phrase::FileInDirect => "adapter.file_in_direct",
            Phrase::FileGone => "adapter.file_gone",
            Phrase::FileTooLarge => "adapter.file_too_large",
            Phrase::FileNotSent => "adapter.file_not_sent",
        };
        self.line(key, args! {})
    }
}
