//! The language in use, and a phrase in both.

use std::sync::Arc;

use leptos::attr::IntoAttributeValue;
use leptos::oco::Oco;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// The languages of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// Its key in addresses, in the preferences and in `<html lang>`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// What dates are written by.
    pub const fn locale(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en-GB",
        }
    }

    /// The language that a key or a browser's language tag asks for.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.key()))
    }
}

thread_local! {
    /// One for the whole page, so that a text needs no context to be read.
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::Zh);
}

/// The language in use; a view that reads it follows when it changes.
pub fn language() -> Language {
    LANGUAGE.with(|language| language.get())
}

/// Changes the language of all that is on the screen.
pub fn set_language(new: Language) {
    LANGUAGE.with(|language| {
        if language.get_untracked() != new {
            language.set(new);
        }
    });
}

/// A text without arguments. Stands in a view as it is, as a child or as an attribute, and follows the
/// language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Phrase {
    /// In the language in use.
    pub fn get(self) -> &'static str {
        match language() {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

impl From<Phrase> for TextProp {
    fn from(phrase: Phrase) -> Self {
        (move || phrase.get()).into()
    }
}

impl IntoRender for Phrase {
    type Output = Box<dyn FnMut() -> &'static str + Send>;

    fn into_render(self) -> Self::Output {
        Box::new(move || self.get())
    }
}

impl IntoAttributeValue for Phrase {
    type Output = Arc<dyn Fn() -> Oco<'static, str> + Send + Sync>;

    fn into_attribute_value(self) -> Self::Output {
        Arc::new(move || Oco::Borrowed(self.get()))
    }
}
