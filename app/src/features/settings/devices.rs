//! The tablets of the shop: which there are, letting one more in, and, while this one is alone, the
//! server to meet them on.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::platform::page;
use crate::session::Session;
use crate::text::settings;
use crate::ui::{
    Acts, Button, Fault, Glyph, Icon, Kind, Note, Scroll, Sheet, Stub, SyncState, TextField,
};

/// A tablet of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFace {
    /// Its code.
    pub code: String,
    /// It is this one.
    pub here: bool,
}

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
        let host = ["http://", "https://"]
            .into_iter()
            .find_map(|scheme| server.strip_prefix(scheme));
        if !host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
            return Err(ConnectFault::Server);
        }
        let code = self.code.trim();
        if code.is_empty() {
            return Err(ConnectFault::Code);
        }
        Ok(Connect {
            server: server.to_owned(),
            code: code.to_owned(),
        })
    }
}

/// How the page reaches what can be done about devices; a context.
#[derive(Clone, Copy, Debug)]
pub struct DevicesPort {
    /// The tablets of the shop.
    pub devices: Signal<Vec<DeviceFace>>,
    /// A code that lets one more in, while there is one.
    pub pairing: Signal<Option<String>>,
    /// Asks the server for such a code.
    pub on_add: Callback<()>,
    /// Takes the shop to a server.
    pub on_connect: Callback<Connect>,
    /// One of both is under way.
    pub busy: Signal<bool>,
    /// Why it failed, in words.
    pub problem: Signal<Option<String>>,
}

/// The sheet.
#[component]
pub fn Devices(
    /// How to reach them.
    port: DevicesPort,
) -> impl IntoView {
    let sync = Session::here().sync;
    let alone = Memo::new(move |_| sync.get().state == SyncState::Local);
    let list = move || {
        let devices = port.devices.get().into_iter();
        devices.map(|device| view! { <Device device/> }).collect_view()
    };
    let stub = move || {
        if alone.get() {
            view! { <ConnectPart port/> }.into_any()
        } else {
            view! { <PairingPart port/> }.into_any()
        }
    };
    view! {
        <Sheet label=TextProp::from(settings::DEVICES) class="ticket">
            <Scroll label=settings::DEVICES>
                <h2 class="setting-head" id="sync">{settings::DEVICES}</h2>
                {list}
                <Show when=move || alone.get()>
                    <div class="pad"><Note text=settings::ALONE/></div>
                </Show>
            </Scroll>
            <Stub>{stub}</Stub>
        </Sheet>
    }
}

#[component]
fn Device(device: DeviceFace) -> impl IntoView {
    let here = device.here.then(|| view! { " " <span>{settings::THIS_ONE}</span> });
    view! { <div class="setting"><p><b>{device.code}</b>{here}</p><Icon glyph=Glyph::Tablet/></div> }
}

/// Lets one more tablet in.
#[component]
fn PairingPart(port: DevicesPort) -> impl IntoView {
    let code = move || {
        let code = port.pairing.get()?;
        Some(view! {
            <p class="label">{settings::PAIRING_CODE}</p>
            <p class="pairing" data-testid="pairing-code">{code}</p>
        })
    };
    view! {
        <div class="stack" data-tight="">
            <div role="status">{code}</div>
            <Fault text=port.problem/>
            <Acts>
                <Button
                    label=settings::ADD_DEVICE
                    glyph=Glyph::Plus
                    kind=Kind::Main
                    busy=port.busy
                    on_press=port.on_add
                />
            </Acts>
        </div>
    }
}

/// Takes the shop to a server.
#[component]
fn ConnectPart(port: DevicesPort) -> impl IntoView {
    let server = RwSignal::new(page::origin());
    let code = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let parsed = Memo::new(move |_| {
        ConnectForm { server: server.get(), code: code.get() }.parse()
    });
    let wrong = move |fault: ConnectFault, text: crate::text::Phrase| {
        Signal::derive(move || {
            let is = tried.get() && parsed.with(|parsed| parsed.as_ref().err() == Some(&fault));
            is.then(|| text.get().to_owned())
        })
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match parsed.get_untracked() {
            Ok(connect) if !port.busy.get_untracked() => port.on_connect.run(connect),
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
            <Fault text=port.problem/>
            <Acts><Button label=settings::CONNECT kind=Kind::Main submit=true busy=port.busy/></Acts>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(server: &str, code: &str) -> Result<Connect, ConnectFault> {
        ConnectForm {
            server: server.to_owned(),
            code: code.to_owned(),
        }
        .parse()
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
