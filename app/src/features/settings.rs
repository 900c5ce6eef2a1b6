//! Settings: this tablet, the tablets of the shop, the server.

mod aside;
mod devices;
mod keeping;
mod manage;

use leptos::prelude::*;

pub use self::aside::PutAside;
use self::devices::Devices;
use self::keeping::Keeping;
pub use self::manage::ManageDevices;
use crate::frame::PageHead;
use crate::platform::service_worker;
use crate::prefs::{Prefs, Theme};
use crate::session::Session;
use crate::text::{self, Language, rules, scan, settings, shop_setup, templates, update};
use crate::ui::{Button, Choice, Glyph, Icon, LinkButton, Scroll, Select, Setting, Sheet, Switch};

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=settings::TITLE/>
            <div class="split form">
                <ThisTablet/>
                <Devices/>
            </div>
        </div>
    }
}

/// What holds for this tablet alone.
#[component]
fn ThisTablet() -> impl IntoView {
    let prefs = use_context::<Prefs>();
    let session = Session::here();
    let languages = Language::ALL.map(|language| Choice::new(language.key(), language.name())).into();
    let language = Signal::derive(|| text::language().key().to_owned());
    let set_language = |key: String| {
        if let Some(language) = Language::parse(&key) {
            text::set_language(language);
        }
    };
    let code = move || session.shop.read().as_ref().map(|shop| shop.tablet.clone());
    view! {
        <Sheet>
            <Scroll label=settings::THIS_TABLET>
                <h2 class="setting-head">{settings::THIS_TABLET}</h2>
                <Show when=move || session.update.get()>
                    <div class="setting">
                        <p class="note" data-tone="done">
                            <Icon glyph=Glyph::Info/>
                            <span>{update::READY}</span>
                        </p>
                        <Button label=update::TAKE on_press=service_worker::activate/>
                    </div>
                </Show>
                <Setting label=settings::LANGUAGE why=settings::LANGUAGE_WHY control="language">
                    <Select id="language" choices=languages value=language on_change=set_language/>
                </Setting>
                {prefs.map(|prefs| view! { <Looks prefs/> })}
                <Setting label=settings::TABLET_CODE why=settings::TABLET_CODE_WHY>
                    <b class="tablet-code">{code}</b>
                </Setting>
                <Keeping/>
                <h2 class="setting-head">{shop_setup::BASICS}</h2>
                <Setting label=shop_setup::TITLE why=shop_setup::OPEN_WHY>
                    <LinkButton href="/settings/shop" label=shop_setup::TITLE glyph=Glyph::Settings/>
                </Setting>
                <Setting label=shop_setup::WIZARD why=shop_setup::WIZARD_WHY>
                    <LinkButton href="/setup" label=shop_setup::WIZARD glyph=Glyph::Check/>
                </Setting>
                <Setting label=templates::TITLE why=shop_setup::TEMPLATES_WHY>
                    <LinkButton href="/templates" label=templates::TITLE glyph=Glyph::Copy/>
                </Setting>
                <Setting label=rules::TITLE why=rules::WHY>
                    <LinkButton href="/settings/rules" label=rules::TITLE glyph=Glyph::Rules/>
                </Setting>
            </Scroll>
        </Sheet>
    }
}

/// Theme and hand.
#[component]
fn Looks(prefs: Prefs) -> impl IntoView {
    let themes = Theme::ALL
        .map(|theme| {
            let name = match theme {
                Theme::System => settings::SYSTEM,
                Theme::Light => settings::LIGHT,
                Theme::Dark => settings::DARK,
                Theme::Daylight => settings::DAYLIGHT,
            };
            Choice::new(theme.key(), name)
        })
        .into();
    let theme = Signal::derive(move || prefs.theme.get().key().to_owned());
    let set_theme = move |key: String| {
        if let Some(theme) = Theme::parse(&key) {
            prefs.theme.set(theme);
        }
    };
    let silent = prefs.scanner.is_silent;
    let sounds = RwSignal::new(!silent.get_untracked());
    Effect::new(move |_| silent.set(!sounds.get()));
    view! {
        <Setting label=settings::THEME why=settings::THEME_WHY control="theme">
            <Select id="theme" choices=themes value=theme on_change=set_theme/>
        </Setting>
        <Setting label=settings::LEFT_HANDED why=settings::LEFT_HANDED_WHY control="left-handed">
            <Switch id="left-handed" value=prefs.left_handed/>
        </Setting>
        <Setting label=settings::PHONE_PAD why=settings::PHONE_PAD_WHY control="phone-pad">
            <Switch id="phone-pad" value=prefs.phone_pad/>
        </Setting>
        <Setting label=scan::SOUND why=scan::SOUND_WHY control="scanner-sound">
            <Switch id="scanner-sound" value=sounds/>
        </Setting>
        <Setting label=scan::PREFIX why=scan::PREFIX_WHY control="scanner-prefix">
            <input
                class="input"
                id="scanner-prefix"
                type="text"
                autocomplete="off"
                prop:value=move || prefs.scanner.prefix.get()
                on:change:target=move |event| prefs.scanner.prefix.set(event.target().value().trim().to_owned())
            />
        </Setting>
    }
}
