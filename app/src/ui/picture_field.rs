//! A picture that is taken or chosen, shown and taken away again.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::field::uid;
use super::layout::fault_line;
use super::{Button, Glyph, Icon, Kind};
use crate::platform::picture::Chosen;
use crate::text::picture;

/// A picture, and the keys for it. What is done with a file that was chosen is the page's matter.
#[component]
pub fn PictureField(
    /// What it is a picture of.
    #[prop(into)]
    label: TextProp,
    /// There is one, whether it can be shown or not.
    #[prop(into)]
    has: Signal<bool>,
    /// Where it is shown from, once it is here.
    #[prop(into)]
    url: Signal<Option<String>>,
    /// A file was taken or chosen.
    #[prop(into)]
    on_choose: Callback<Chosen>,
    /// The picture is to go.
    #[prop(into)]
    on_remove: Callback<()>,
    /// The chosen one is being made ready.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What is wrong with what was chosen.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let id = uid("p");
    let below = format!("{id}-why");
    let name = label.clone();
    let describes = {
        let below = below.clone();
        Signal::derive(move || fault.with(Option::is_some).then(|| below.clone()))
    };
    let frame = move || match (url.get(), has.get()) {
        (Some(url), true) => {
            let name = name.clone();
            view! { <img src=url alt=move || name.get() decoding="async"/> }.into_any()
        }
        (None, true) => view! { <Blank words=picture::NOT_HERE/> }.into_any(),
        (_, false) => view! { <Blank words=picture::NONE/> }.into_any(),
    };
    let choose = move || if has.get() { picture::OTHER.get() } else { picture::CHOOSE.get() };
    view! {
        <div
            class="field picture-field"
            role="group"
            aria-labelledby=id.clone()
            aria-busy=move || busy.get().then_some("true")
        >
            <span class="label" id=id.clone()>{move || label.get()}</span>
            <div class="picture">
                <div class="picture-frame">{frame}</div>
                <div class="picture-keys">
                    <FileKey words=move || picture::TAKE.get() glyph=Glyph::Photo camera=true busy on_choose describes/>
                    <FileKey words=choose glyph=Glyph::Plus busy on_choose describes/>
                    <Show when=move || has.get()>
                        <Button
                            label=picture::REMOVE
                            kind=Kind::Quiet
                            glyph=Glyph::Cross
                            disabled=busy
                            on_press=move || on_remove.run(())
                        />
                    </Show>
                </div>
            </div>
            <p class="small muted" role="status">{move || busy.get().then(|| picture::BUSY.get())}</p>
            {fault_line(below, fault, Signal::stored(None))}
        </div>
    }
}

/// What stands in the frame where there is no picture to see.
#[component]
fn Blank(
    /// Why.
    words: crate::text::Phrase,
) -> impl IntoView {
    view! {
        <Icon glyph=Glyph::Photo/>
        <span class="small muted">{words}</span>
    }
}

/// A key that asks the browser for a file: the camera's, or one of those that are there.
#[component]
fn FileKey(
    words: impl Fn() -> &'static str + Send + Sync + 'static,
    glyph: Glyph,
    /// It opens the camera at once, where the device has one that does; elsewhere it is not seen.
    #[prop(optional)]
    camera: bool,
    busy: Signal<bool>,
    on_choose: Callback<Chosen>,
    /// The id of what says that something is wrong, while it does.
    describes: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <label class="button" data-camera=camera.then_some("") data-busy=move || busy.get().then_some("")>
            <Icon glyph/>
            <span>{words}</span>
            <input
                class="unseen"
                type="file"
                accept="image/*"
                capture=camera.then_some("environment")
                aria-describedby=move || describes.get()
                disabled=move || busy.get()
                on:change:target=move |event| {
                    if let Some(chosen) = Chosen::from_field(&event.target()) {
                        on_choose.run(chosen);
                    }
                }
            />
        </label>
    }
}
