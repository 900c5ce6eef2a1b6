//! "More": the acts that are not out, in a dialog one can hit and tab through.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::{Button, Dialog, Glyph, Kind};
use crate::text::keys;

/// One act of a menu.
#[derive(Clone, Debug)]
pub struct MenuAct {
    /// What it does.
    pub label: TextProp,
    /// Its picture.
    pub glyph: Glyph,
    /// It puts an end to something.
    pub danger: bool,
    /// What happens.
    pub act: Callback<()>,
}

/// The key with three dots, and what it opens. Without acts there is no key.
#[component]
pub fn Menu(
    /// What is in it, in its order.
    #[prop(into)]
    acts: Signal<Vec<MenuAct>>,
    /// What it is called, where "More" would not say of what.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// The place of the one that stands beside the menu, where there is room for it.
    #[prop(optional, into)]
    out: Signal<Option<usize>>,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| keys::MORE.into());
    let title = label.clone();
    // Held here, so that the chosen act outlives the list, which goes when the menu closes.
    let acts = Memo::new_with_compare(move |_| acts.get(), |_, _| true);
    let open = RwSignal::new(false);
    // The menu is closed, and the focus given back, before an act opens a dialog of its own.
    let chosen = RwSignal::new(None::<Callback<()>>);
    Effect::new(move |_| {
        if let (false, Some(act)) = (open.get(), chosen.get()) {
            chosen.set(None);
            request_animation_frame(move || {
                // Gone only where the acts changed within this very frame: then it may not be allowed any more.
                let _ = act.try_run(());
            });
        }
    });
    let list = move || {
        acts.get()
            .into_iter()
            .enumerate()
            .map(|(nth, MenuAct { label, glyph, danger, act })| {
                let choose = move || {
                    chosen.set(Some(act));
                    open.set(false);
                };
                let kind = if danger { Kind::Danger } else { Kind::Plain };
                let is_out = move || (out.get() == Some(nth)).then_some("");
                view! { <li data-out=is_out><Button label glyph kind on_press=choose/></li> }
            })
            .collect_view()
    };
    view! {
        <Show when=move || acts.with(|acts| !acts.is_empty())>
            <Button
                label=label.clone()
                glyph=Glyph::More
                icon_only=true
                on_press=move || open.set(true)
                attr:aria-haspopup="dialog"
            />
        </Show>
        <Dialog open title light=Signal::stored(true)><ul class="menu">{list}</ul></Dialog>
    }
}
