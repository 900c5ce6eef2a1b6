//! The devices of the shop on a page of their own: named, taken out, let in again. Names are the shop's and need no
//! network; who may come in is the server's to say.

use std::collections::BTreeMap;

use domain::record::Value;
use domain::shop::device_name_field;
use domain::text::SHORT;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::api::{DeviceEntry, Pairing};
use uuid::Uuid;

use super::devices::{Work, in_fours};
use crate::features::order::refusal;
use crate::frame::PageHead;
use crate::platform::page;
use crate::session::Session;
use crate::text::{self, devices as words, rules, settings, shop_setup};
use crate::ui::{Acts, Button, Dialog, Fault, Glyph, Kind, Note, Scroll, Sheet, TextField, Toast, Toaster, Tone};

/// A device as its row shows it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    id: Uuid,
    code: String,
    /// What the shop calls it; else its code.
    called: String,
    here: bool,
    /// What the server knows; nothing while it can't be asked.
    known: Option<DeviceEntry>,
}

/// All that the log or the server knows of, this one first.
fn lines(session: Session, server: &[DeviceEntry]) -> Vec<Line> {
    let mut lines: Vec<Line> = session
        .devices()
        .get()
        .into_iter()
        .map(|device| Line {
            id: device.id,
            called: if device.name.is_empty() { device.code.clone() } else { device.name },
            code: device.code,
            here: device.here,
            known: server.iter().find(|entry| entry.id == device.id).cloned(),
        })
        .collect();
    // One that joined and was not heard of since has introduced itself to nobody yet.
    for entry in server {
        if lines.iter().all(|line| line.id != entry.id) {
            let (id, code, called) = (entry.id, entry.code.clone(), entry.code.clone());
            lines.push(Line { id, code, called, here: false, known: Some(entry.clone()) });
        }
    }
    lines
}

/// What a dialog is open for.
#[derive(Clone, Copy)]
struct DeviceActions {
    line: RwSignal<Line>,
    renaming: RwSignal<bool>,
    revoking: RwSignal<bool>,
    letting_in: RwSignal<bool>,
    work: Work,
    /// As the server told it last.
    server: RwSignal<Option<Vec<DeviceEntry>>>,
}

impl DeviceActions {
    fn ask(self, line: Line, open: RwSignal<bool>) {
        self.work.problem.set(None);
        self.line.set(line);
        open.set(true);
    }

    fn fetch(self, session: Session) {
        spawn_local(async move {
            let known = session.known_devices().await.ok();
            let _ = self.server.try_set(known);
        });
    }
}

/// The page.
#[component]
pub fn ManageDevices() -> impl IntoView {
    let session = Session::here();
    let actions = DeviceActions {
        line: RwSignal::default(),
        renaming: RwSignal::new(false),
        revoking: RwSignal::new(false),
        letting_in: RwSignal::new(false),
        work: Work::new(),
        server: RwSignal::new(None),
    };
    let connected = session.connected();
    let asked = RwSignal::new(false);
    Effect::new(move |_| {
        if connected.get() {
            actions.fetch(session);
        }
    });
    Effect::new(move |before: Option<()>| {
        actions.server.track();
        if before.is_some() {
            asked.set(true);
        }
    });
    let rows = Memo::new(move |_| lines(session, actions.server.read().as_deref().unwrap_or_default()));
    let offline = move || connected.get() && asked.get() && actions.server.with(Option::is_none);
    view! {
        <div class="page">
            <PageHead title=settings::DEVICES back=("/settings", rules::BACK)/>
            <Sheet>
                <Scroll label=settings::DEVICES>
                    <Show when=offline><Note text=words::OFFLINE tone=Tone::Owe glyph=Glyph::Offline/></Show>
                    <ul class="plain-rows">
                        <For
                            each=move || rows.with(|rows| rows.iter().map(|line| line.id).collect::<Vec<_>>())
                            key=|id| *id
                            children=move |id| {
                                let line = move |rows: &Vec<Line>| rows.iter().find(|line| line.id == id).cloned();
                                let line = Memo::new(move |_| rows.with(line).unwrap_or_default());
                                view! { <Row id line actions/> }
                            }
                        />
                    </ul>
                </Scroll>
            </Sheet>
            <Rename actions/>
            <Revoke actions/>
            <LetIn actions/>
        </div>
    }
}

#[component]
fn Row(id: Uuid, line: Memo<Line>, actions: DeviceActions) -> impl IntoView {
    let revoked_at = move || line.with(|line| line.known.as_ref().and_then(|known| known.revoked_ms));
    let is_revoked = Memo::new(move |_| revoked_at().is_some());
    let may_revoke = Memo::new(move |_| line.with(|line| line.known.is_some() && !line.here) && !is_revoked.get());
    let says = move || {
        let known = line.get().known?;
        let mut says = vec![match known.revoked_ms {
            Some(at) => words::revoked_at(&text::date_time(at)),
            None => words::heard_at(&text::date_time(known.last_seen_ms)),
        }];
        says.extend(known.joined_ms.map(|at| words::joined_at(&text::date_time(at))));
        Some(says.join(" · "))
    };
    let head = move || {
        let Line { code, called, here, .. } = line.get();
        let code = (called != code).then(|| view! { <span class="muted">{code}</span> });
        let here = here.then(|| view! { <span class="muted small">{settings::THIS_ONE}</span> });
        view! { {called} " " {code} " " {here} }
    };
    let ask = move |open: RwSignal<bool>| actions.ask(line.get_untracked(), open);
    // The key that was pressed makes way for another: who goes by keys goes on in the same row.
    Effect::new(move |before: Option<bool>| {
        let now = is_revoked.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(move || {
                let _ = page::has_focus() || page::focus(&format!("[data-device='{id}'] button"));
            });
        }
        now
    });
    view! {
        <li data-testid="device-row" data-device=id.to_string() data-revoked=move || is_revoked.get().to_string()>
            <div>
                <h2>{head}</h2>
                <p class="small muted">{says}</p>
            </div>
            <Button label=words::RENAME glyph=Glyph::Edit on_press=move || ask(actions.renaming)/>
            <Show when=move || may_revoke.get()>
                <Button label=words::REVOKE glyph=Glyph::Lock kind=Kind::Danger on_press=move || ask(actions.revoking)/>
            </Show>
            <Show when=move || is_revoked.get()>
                <Button label=words::LET_IN glyph=Glyph::Plus on_press=move || ask(actions.letting_in)/>
            </Show>
        </li>
    }
}

#[component]
fn Rename(actions: DeviceActions) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let name = RwSignal::new(String::new());
    Effect::new(move |_| {
        if actions.renaming.get() {
            let line = actions.line.get_untracked();
            name.set(if line.called == line.code { String::new() } else { line.called });
        }
    });
    let too_long = Signal::derive(move || {
        name.with(|name| name.trim().chars().count() > SHORT).then(|| shop_setup::ADD_LONG.get().to_owned())
    });
    let save = move || {
        if too_long.with_untracked(Option::is_some) {
            return;
        }
        let name = name.get_untracked().trim().to_owned();
        let field = device_name_field(actions.line.with_untracked(|line| line.id));
        let set = BTreeMap::from([(field, (!name.is_empty()).then(|| Value::from(name)))]);
        spawn_local(async move {
            match session.change_shop(set).await {
                Ok(()) => {
                    let _ = actions.renaming.try_set(false);
                }
                Err(fault) => toaster.warn(refusal::words(&fault)),
            }
        });
    };
    view! {
        <Dialog open=actions.renaming title=words::RENAME>
            <form
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <TextField label=words::NAME value=name fault=too_long hint=words::NAME_HINT/>
                <Acts><Button label=words::SAVE kind=Kind::Main submit=true/></Acts>
            </form>
        </Dialog>
    }
}

#[component]
fn Revoke(actions: DeviceActions) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let title = move || actions.line.with(|line| words::revoke_title(&line.called));
    let sent = move || {
        let heard = actions.line.with(|line| line.known.as_ref().and_then(|known| known.heard_ms));
        heard.map_or_else(|| words::NOT_KNOWN_SENT.get().to_owned(), |at| words::sent_at(&text::date_time(at)))
    };
    let revoke = move || {
        let line = actions.line.get_untracked();
        actions.work.run(session.revoke(line.id), move |()| {
            let _ = actions.revoking.try_set(false);
            toaster.show(Toast {
                text: words::revoked(&line.called).into(),
                glyph: Glyph::Lock,
                acts: Vec::new(),
                stays: false,
            });
            actions.fetch(session);
        });
    };
    view! {
        <Dialog open=actions.revoking title>
            <p>{words::REVOKE_WHY}</p>
            <p class="muted">{sent}</p>
            <Fault text=actions.work.said()/>
            <Acts><Button label=words::REVOKE kind=Kind::Danger busy=actions.work.busy on_press=revoke/></Acts>
        </Dialog>
    }
}

#[component]
fn LetIn(actions: DeviceActions) -> impl IntoView {
    let session = Session::here();
    let pairing = RwSignal::new(None::<Pairing>);
    Effect::new(move |_| {
        pairing.set(None);
        if actions.letting_in.get() {
            let device = actions.line.with_untracked(|line| line.id);
            actions.work.run(session.code_to_let_in(device), move |drawn| {
                let _ = pairing.try_set(Some(drawn));
            });
        } else {
            actions.fetch(session);
        }
    });
    let title = move || actions.line.with(|line| words::let_in_title(&line.called));
    let code = move || {
        let Pairing { code, expires_ms } = pairing.get()?;
        Some(view! {
            <p class="label">{move || words::let_in_code(&text::time(expires_ms))}</p>
            <p class="pairing" data-testid="pairing-code">{in_fours(&code)}</p>
        })
    };
    view! {
        <Dialog open=actions.letting_in title>
            <div role="status">{code}</div>
            <Fault text=actions.work.said()/>
        </Dialog>
    }
}
