//! Acts that ask why, and the one that asks until when.

use domain::Day;
use domain::order::Command;
use domain::text::LONG;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::super::actions::{OrderActions, saved};
use super::too_long;
use crate::platform::page;
use crate::session::Session;
use crate::text::order_page::page as words;
use crate::text::{self, Phrase, fault, reason};
use crate::ui::{Acts, Button, Fault, Glyph, Kind, Note, TextField};

/// Asks for the reason. The usual ones write themselves.
#[component]
pub fn Why(
    /// Whose acts.
    actions: OrderActions,
    /// What the act does.
    #[prop(into)]
    about: TextProp,
    /// Reasons that are often given.
    usual: Vec<Phrase>,
    /// What the key is called.
    act: Phrase,
    /// What is done with the reason.
    command: Callback<(String,), Command>,
) -> impl IntoView {
    let why = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let wrong = Signal::derive(move || {
        let missing = tried.get() && why.with(|why| why.trim().is_empty());
        if missing { Some(fault::REASON_MISSING.get().to_owned()) } else { too_long(why, LONG) }
    });
    let keys = usual
        .into_iter()
        .map(|phrase| view! { <Button label=phrase kind=Kind::Quiet on_press=move || why.set(phrase.get().to_owned())/> })
        .collect_view();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if wrong.get_untracked().is_some() {
            page::focus_first_fault();
            return;
        }
        actions.send(command.run((why.get_untracked(),)), saved);
    };
    view! {
        <form class="stack" novalidate on:submit=save>
            <Note text=about glyph=Glyph::Info/>
            <TextField label=reason::REASON value=why fault=wrong rows=2/>
            <div class="choices">{keys}</div>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=act kind=Kind::Danger submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

const DAY_MS: i64 = 86_400_000;

/// How far the shop's clock is from UTC at a moment, found by what it shows.
fn offset_ms(session: Session, ms: i64) -> i64 {
    let minute = ms - ms.rem_euclid(60_000);
    let day = session.day_of(minute);
    let clock = text::time(minute);
    let (hours, minutes) = clock.split_once(':').unwrap_or(("0", "0"));
    let number = |text: &str| text.trim().parse::<i64>().unwrap_or(0);
    let shown = day.utc_ms() + (number(hours) * 60 + number(minutes)) * 60_000;
    shown - minute
}

/// A moment as it is typed, in the shop's time.
fn typed_of(session: Session, ms: i64) -> String {
    let day = session.day_of(ms);
    format!("{day} {}", text::time(ms))
}

/// Reads `2026-11-26 18:00` or `2026-11-26`, which is the end of that day: the day, and the minutes of it.
fn moment(typed: &str) -> Option<(Day, i64)> {
    let typed = typed.trim().replace('：', ":").replace(['/', '.'], "-");
    let (date, clock) = typed.split_once([' ', 'T']).unwrap_or((&typed, "23:59"));
    let (hours, minutes) = clock.trim().split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let day = Day::parse(date).filter(|day| day.year >= 2000)?;
    (hours < 24 && minutes < 60).then_some((day, i64::from(hours) * 60 + i64::from(minutes)))
}

/// The moment that was typed, in the shop's time.
fn moment_ms(session: Session, typed: &str) -> Option<i64> {
    let (day, minutes) = moment(typed)?;
    let shown = day.utc_ms() + minutes * 60_000;
    // The offset may change with the season between the two: the second look is at the right side of it.
    let guess = shown - offset_ms(session, shown);
    Some(shown - offset_ms(session, guess))
}

/// Asks until when it may be paid.
#[component]
pub fn Extend(actions: OrderActions) -> impl IntoView {
    let session = actions.session;
    let now = session.now_ms();
    let from = move || {
        let due = actions.order.with_untracked(|order| order.due_ms()).unwrap_or(0);
        due.max(now.get_untracked())
    };
    let later = move |days: i64| typed_of(session, from() + days * DAY_MS);
    let typed = RwSignal::new(later(1));
    let tried = RwSignal::new(false);
    let wrong = Signal::derive(move || {
        let ms = tried.get().then(|| moment_ms(session, &typed.get()))?;
        match ms {
            None => Some(words::DEADLINE_WRONG.get().to_owned()),
            Some(ms) if ms <= now.get() => Some(fault::DATE_PAST.get().to_owned()),
            Some(_) => None,
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let due_ms = moment_ms(session, &typed.get_untracked());
        match due_ms.filter(|_| wrong.get_untracked().is_none()) {
            Some(due_ms) => actions.send(Command::Extend { due_ms }, saved),
            None => page::focus_first_fault(),
        }
    };
    let keys = [(words::ONE_DAY, 1), (words::THREE_DAYS, 3), (words::ONE_WEEK, 7)]
        .map(|(label, days)| view! { <Button label kind=Kind::Quiet on_press=move || typed.set(later(days))/> });
    view! {
        <form class="stack" novalidate on:submit=save>
            <TextField label=reason::NEW_DEADLINE value=typed fault=wrong hint=words::DEADLINE_FORM/>
            <div class="choices">{keys}</div>
            <Fault text=actions.fault_words()/>
            <Acts><Button label=reason::EXTEND glyph=Glyph::Clock kind=Kind::Main submit=true busy=actions.submission.busy/></Acts>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_people_write_it() {
        let day = Day { year: 2026, month: 11, day: 26 };
        assert_eq!(moment("2026-11-26 18:05"), Some((day, 18 * 60 + 5)));
        assert_eq!(moment(" 2026/11/26 18：05 "), Some((day, 18 * 60 + 5)));
        assert_eq!(moment("2026-11-26"), Some((day, 23 * 60 + 59)));
        for other in ["26 Nov", "2026-11-26 24:00", "2026-02-29", "1999-12-31", ""] {
            assert_eq!(moment(other), None, "{other}");
        }
    }
}
