//! The tablets of the shop: which there are, letting one more in, and, while this one is alone, the
//! server to meet them on.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use protocol::api::Pairing;

use crate::features::first_start::PairingCode;
use crate::features::server_words;
use crate::platform::{files, page};
use crate::session::{Device, ServerFault, Session};
use crate::text::{self, devices as words, first_start, settings, sheets};
use crate::ui::{
    Acts, Button, Fault, Glyph, Icon, Kind, LinkButton, Note, Scroll, Setting, Sheet, Stub, SyncState, TextField,
    Toaster, Tone,
};

/// Where to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Such as `https://stall.example`, without a slash at its end.
    pub server: String,
    /// What the server printed.
    pub code: String,
}

/// The form as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectForm {
    /// The server's address.
    pub server: String,
    /// Its one-time set-up code.
    pub code: String,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectFault {
    /// That is no address.
    Server,
    /// There is no code.
    Code,
}

impl ConnectForm {
    /// Where to meet, or the first thing that is wrong.
    pub fn parse(self) -> Result<Connect, ConnectFault> {
        let server = self.server.trim().trim_end_matches('/');
        let host = ["http://", "https://"].into_iter().find_map(|scheme| server.strip_prefix(scheme));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
            return Err(ConnectFault::Server);
        }
        let code = self.code.trim();
        if code.is_empty() {
            return Err(ConnectFault::Code);
        }
        Ok(Connect { server: server.to_owned(), code: code.to_owned() })
    }
}

/// What the parts of the sheet share.
#[derive(Clone, Copy)]
pub(super) struct Work {
    /// An act is under way.
    pub(super) busy: RwSignal<bool>,
    pub(super) problem: RwSignal<Option<ServerFault>>,
}

impl Work {
    pub(super) fn new() -> Self {
        Self { busy: RwSignal::new(false), problem: RwSignal::new(None) }
    }

    /// Why the last act failed, in words.
    pub(super) fn said(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let problem = self.problem.read();
            problem.as_ref().map(|why| server_words::words(why).get().to_owned())
        })
    }

    /// Does something that asks the server, one at a time.
    pub(super) fn run<T: 'static>(
        self,
        asked: impl Future<Output = Result<T, ServerFault>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = asked.await;
            // The person may have left the page meanwhile.
            let _ = self.busy.try_set(false);
            match answer {
                Ok(answer) => then(answer),
                Err(why) => {
                    let _ = self.problem.try_set(Some(why));
                }
            }
        });
    }
}

/// The sheet.
#[component]
pub fn Devices() -> impl IntoView {
    let session = Session::here();
    let connected = session.connected();
    let connected = Memo::new(move |_| connected.get());
    let devices = session.devices();
    let work = Work::new();
    let aside = session.own_aside();
    let has_unsent = move || !aside.with(Vec::is_empty) || session.sync.with(|sync| sync.pending > 0);
    let list = move || devices.get().into_iter().map(|device| view! { <DeviceLine device/> }).collect_view();
    let forgotten = Memo::new(move |_| session.sync.with(|sync| sync.state == SyncState::NeedsAuth));
    let stub = move || {
        if forgotten.get() { view! { <AgainPart work/> }.into_any() } else { view! { <PairingPart work/> }.into_any() }
    };
    view! {
        <Sheet class="ticket">
            <Scroll label=settings::DEVICES>
                <h2 class="setting-head" id="sync">{settings::DEVICES}</h2>
                <Show when=move || !aside.with(Vec::is_empty)>
                    <Note text=words::ASIDE_WAITS tone=Tone::Alarm glyph=Glyph::Warn/>
                </Show>
                {list}
                <Show when=has_unsent><Unsent/></Show>
                <Setting label=words::OPEN why=words::OPEN_WHY>
                    <LinkButton href="/settings/devices" label=words::OPEN glyph=Glyph::Tablet/>
                </Setting>
                <Setting label=words::ASIDE why=words::ASIDE_WHY>
                    <LinkButton href="/settings/aside" label=words::ASIDE glyph=Glyph::Warn/>
                </Setting>
                <Show when=move || !connected.get()>
                    <section class="section stack" data-tight="" aria-label=settings::MORE_DEVICES>
                        <h2>{settings::MORE_DEVICES}</h2>
                        <p class="muted">{settings::ALONE}</p>
                        <p class="muted">{settings::MORE_DEVICES_WHY}</p>
                        <ConnectPart work/>
                    </section>
                </Show>
            </Scroll>
            <Show when=move || connected.get()><Stub>{stub}</Stub></Show>
        </Sheet>
    }
}

/// Takes what no log has away as a file.
#[component]
fn Unsent() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let save = move || {
        spawn_local(async move {
            let name = format!("stallbook-unsent-{}.json", session.tablet_code());
            let saved =
                session.unsent().await.is_ok_and(|text| files::save(&name, "application/json", text.as_bytes()));
            if !saved {
                toaster.warn(sheets::NOT_SAVED);
            }
        });
    };
    view! {
        <Setting label=words::UNSENT why=words::UNSENT_WHY>
            <Button label=words::FILE glyph=Glyph::Copy on_press=save/>
        </Setting>
    }
}

#[component]
fn DeviceLine(device: Device) -> impl IntoView {
    let here = device.here.then(|| view! { " " <span>{settings::THIS_ONE}</span> });
    let name = (!device.name.is_empty()).then(|| format!("{} ", device.name));
    view! { <div class="setting"><p>{name}<b>{device.code}</b>{here}</p><Icon glyph=Glyph::Tablet/></div> }
}

/// Lets one more tablet in.
#[component]
fn PairingPart(work: Work) -> impl IntoView {
    let session = Session::here();
    let pairing = RwSignal::new(None::<Pairing>);
    let add = move || {
        work.run(session.pairing_code(), move |answer| {
            let _ = pairing.try_set(Some(answer));
        });
    };
    let code = move || {
        let Pairing { code, expires_ms } = pairing.get()?;
        let code = in_fours(&code);
        Some(view! {
            <p class="label">{move || settings::pairing_code(&text::time(expires_ms))}</p>
            <p class="pairing" data-testid="pairing-code">{code}</p>
        })
    };
    view! {
        <div class="stack" data-tight="">
            <div role="status">{code}</div>
            <Fault text=work.said()/>
            <Acts>
                <Button
                    label=settings::ADD_DEVICE
                    glyph=Glyph::Plus
                    kind=Kind::Main
                    busy=work.busy
                    on_press=add
                />
            </Acts>
        </div>
    }
}

/// As one reads it out: "4827 1650".
pub(super) fn in_fours(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if !second.is_empty() => format!("{first} {second}"),
        _ => code.to_owned(),
    }
}

/// What is wrong with a code to join again, before a server is asked. What is not of digits alone is a set-up code.
fn again_fault(code: &str) -> Option<text::Phrase> {
    let code = code.trim();
    if code.is_empty() {
        return Some(settings::AGAIN_MISSING);
    }
    let is_digits = code.chars().all(|each| each.is_numeric() || each.is_whitespace() || each == '-');
    (is_digits && PairingCode::parse(code).is_none()).then_some(first_start::PAIRING_CODE_FORM)
}

/// Lets this tablet in again.
#[component]
fn AgainPart(work: Work) -> impl IntoView {
    let session = Session::here();
    let code = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let wrong = Signal::derive(move || {
        let fault = code.with(|code| again_fault(code)).filter(|_| tried.get())?;
        Some(fault.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let code = code.get_untracked().trim().to_owned();
        if work.busy.get_untracked() {
            return;
        }
        if again_fault(&code).is_some() {
            work.problem.set(None);
            page::focus_first_fault();
        } else if let Some(pairing) = PairingCode::parse(&code) {
            work.run(session.join_again(pairing.digits().to_owned()), |()| ());
        } else {
            // The server lost the whole shop.
            work.run(session.connect(session.server(), code), |()| ());
        }
    };
    view! {
        <form novalidate class="stack" data-tight="" on:submit=send>
            <Note text=settings::AGAIN_WHY/>
            <TextField label=settings::AGAIN_CODE value=code fault=wrong/>
            <Fault text=work.said()/>
            <Acts><Button label=settings::AGAIN kind=Kind::Main submit=true busy=work.busy/></Acts>
        </form>
    }
}

/// Takes the shop to a server.
#[component]
fn ConnectPart(work: Work) -> impl IntoView {
    let session = Session::here();
    let server = RwSignal::new(page::origin());
    let code = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let parsed = Memo::new(move |_| ConnectForm { server: server.get(), code: code.get() }.parse());
    let wrong = move |fault: ConnectFault, words: text::Phrase| {
        Signal::derive(move || {
            let is = tried.get() && parsed.with(|parsed| parsed.as_ref().err() == Some(&fault));
            is.then(|| words.get().to_owned())
        })
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        work.problem.set(None);
        match parsed.get_untracked() {
            Ok(Connect { server, code }) if !work.busy.get_untracked() => {
                work.run(session.connect(server, code), |()| ());
            }
            Ok(_) => {}
            Err(_) => page::focus_first_fault(),
        }
    };
    view! {
        <form novalidate class="stack" data-tight="" on:submit=send>
            <TextField
                label=settings::SERVER_ADDRESS
                value=server
                keys="url"
                fault=wrong(ConnectFault::Server, settings::SERVER_ADDRESS_FORM)
            />
            <TextField
                label=settings::SETUP_CODE
                value=code
                hint=TextProp::from(settings::SETUP_CODE_WHERE)
                fault=wrong(ConnectFault::Code, settings::SETUP_CODE_MISSING)
            />
            <Fault text=work.said()/>
            <Acts><Button label=settings::CONNECT submit=true busy=work.busy/></Acts>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(server: &str, code: &str) -> Result<Connect, ConnectFault> {
        ConnectForm { server: server.to_owned(), code: code.to_owned() }.parse()
    }

    #[test]
    fn a_pairing_code_with_a_digit_missing_is_no_set_up_code() {
        assert_eq!(again_fault(" "), Some(settings::AGAIN_MISSING));
        for digits in ["1234567", "1234 567", "123456789"] {
            assert_eq!(again_fault(digits), Some(first_start::PAIRING_CODE_FORM));
        }
        assert_eq!((again_fault("1234 5678"), again_fault("k7f2-9xq1-mm0c")), (None, None));
    }

    #[test]
    fn a_server_has_an_address_and_a_code() {
        let connect = parse(" http://127.0.0.1:8080/ ", " abc ").unwrap();
        assert_eq!((connect.server.as_str(), connect.code.as_str()), ("http://127.0.0.1:8080", "abc"));
        assert_eq!(parse("127.0.0.1", "abc"), Err(ConnectFault::Server));
        assert_eq!(parse("https://", "abc"), Err(ConnectFault::Server));
        assert_eq!(parse("https://a b", "abc"), Err(ConnectFault::Server));
        assert_eq!(parse("https://a", " "), Err(ConnectFault::Code));
    }
}
