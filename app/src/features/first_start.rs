//! First start: a new shop on this device, or joining one.

mod model;

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use leptos::task::spawn_local;
use protocol::ProblemType;

pub use self::model::{NewShop, NewShopFault, NewShopForm, PairingCode, SetUpCode};
use crate::features::server_words;
use crate::frame::arrive;
use crate::platform::page;
use crate::session::{ServerFault, Session};
use crate::text::{self, Currency, Language, Phrase, first_start, frame};
use crate::ui::{Button, Choice, Fault, Glyph, Icon, Kind, Select, TextField, Toaster};

/// What went wrong, to be said in the language in use.
#[derive(Clone, Debug, PartialEq)]
enum Problem {
    NotStarted,
    Server(ServerFault),
}

/// The page: wires the forms to the shop that they make.
#[component]
pub fn FirstStart() -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    // The page is gone once there is a shop, so these may find their signals gone too.
    let begin = move || {
        busy.set(true);
        problem.set(None);
    };
    let end = move |why: Option<Problem>| {
        let _ = busy.try_set(false);
        let _ = problem.try_set(why);
    };
    let start = async move |shop: NewShop| {
        let name = if shop.name.is_empty() { first_start::USUAL_NAME.get().to_owned() } else { shop.name };
        let started = session.start_shop(name, shop.currency).await;
        started.map_err(|_| Problem::NotStarted)
    };
    let on_start = Callback::new(move |shop: NewShop| {
        begin();
        spawn_local(async move { end(start(shop).await.err()) });
    });
    let on_join = Callback::new(move |code: PairingCode| {
        begin();
        spawn_local(async move {
            let joined = session.join(page::origin(), code.digits().to_owned()).await;
            end(joined.err().map(Problem::Server));
        });
    });
    let on_connect = Callback::new(move |(shop, code): (NewShop, SetUpCode)| {
        begin();
        spawn_local(async move {
            let started = start(shop).await;
            if started.is_ok()
                && let Err(why) = session.connect(page::origin(), code.text().to_owned()).await
            {
                // The shop is there all the same; settings offer to connect it again.
                let why = server_words::words(&why);
                toaster.warn(move || first_start::connect_later(why.get()));
            }
            end(started.err());
        });
    });
    let said = Signal::derive(move || {
        let words = match problem.get()? {
            Problem::NotStarted => text::fault::NOT_SAVED,
            // Nothing is on this device that could be lost.
            Problem::Server(ServerFault::Unreachable(_) | ServerFault::Nonsense) => first_start::UNREACHABLE,
            Problem::Server(ServerFault::Problem(why))
                if matches!(why.kind, ProblemType::Unavailable | ProblemType::Internal) =>
            {
                first_start::BROKEN
            }
            Problem::Server(why) => server_words::words(&why),
        };
        Some(words.get().to_owned())
    });
    let on_wrong = Callback::new(move |()| {
        problem.set(None);
        page::focus_first_fault();
    });
    view! { <Forms on_start on_join on_connect on_wrong busy problem=said/> }
}

/// The cover and the three ways in. Nothing of it needs a network but joining and connecting.
#[component]
fn Forms(
    /// Makes the shop.
    on_start: Callback<NewShop>,
    /// Joins the shop that the code belongs to.
    on_join: Callback<PairingCode>,
    /// Makes the shop and takes it to the server that the app came from, with that server's set-up code.
    on_connect: Callback<(NewShop, SetUpCode)>,
    /// A field says what is wrong and gets the focus: what the server said before is about something else.
    on_wrong: Callback<()>,
    /// One of them is under way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Why it failed, in words.
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let form = NewShopSignals::new();
    let heading = NodeRef::<html::H1>::new();
    arrive(first_start::TITLE.into(), heading);
    view! {
        <div class="start">
            <section class="front" aria-label=frame::PRODUCT>
                <div class="label-paper">
                    <h1 class="title" node_ref=heading tabindex="-1">{frame::PRODUCT}</h1>
                    <p>{first_start::TAGLINE}</p>
                </div>
                <ul>
                    {promise(Glyph::Tablet, first_start::KEPT_HERE)}
                    {promise(Glyph::Pending, first_start::SENDS_ITSELF)}
                    {promise(Glyph::Lock, first_start::NO_ACCOUNT)}
                </ul>
                <nav class="langs" aria-label=first_start::LANGUAGE>
                    {Language::ALL.map(language_link)}
                </nav>
            </section>
            <section class="begin" aria-label=first_start::TITLE>
                <NewShopPart form on_start on_wrong busy/>
                <p class="or small">{first_start::HAVE_SHOP}</p>
                <div class="more-devices">
                    <JoinPart on_join on_wrong busy/>
                    <ConnectPart form on_connect on_wrong busy/>
                </div>
                <Fault text=problem/>
            </section>
        </div>
    }
}

fn promise(glyph: Glyph, text: Phrase) -> impl IntoView {
    view! { <li><Icon glyph/><span>{text}</span></li> }
}

/// Switches without a reload; the address is only for those who copy it.
fn language_link(language: Language) -> impl IntoView {
    let choose = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        text::set_language(language);
    };
    view! {
        <a
            href=format!("/?lang={}", language.key())
            lang=language.key()
            aria-current=move || (text::language() == language).then_some("true")
            on:click=choose
        >
            {language.name()}
        </a>
    }
}

/// The form of a new shop, which two ways lead through.
#[derive(Clone, Copy)]
struct NewShopSignals {
    name: RwSignal<String>,
    currency: RwSignal<String>,
    /// What is wrong is said once the person has tried, then kept up to date while they type.
    tried: RwSignal<bool>,
    parsed: Memo<Result<NewShop, NewShopFault>>,
}

impl NewShopSignals {
    fn new() -> Self {
        let name = RwSignal::new(String::new());
        let currency = RwSignal::new(domain::Currency::default().code().to_owned());
        let form = move || NewShopForm { name: name.get(), currency: currency.get() };
        Self { name, currency, tried: RwSignal::new(false), parsed: Memo::new(move |_| form().parse()) }
    }

    /// The shop; or nothing, and what is wrong is said.
    fn submit(self) -> Option<NewShop> {
        self.tried.set(true);
        self.parsed.get_untracked().ok()
    }
}

/// A new shop.
#[component]
fn NewShopPart(
    form: NewShopSignals,
    on_start: Callback<NewShop>,
    on_wrong: Callback<()>,
    busy: Signal<bool>,
) -> impl IntoView {
    let NewShopSignals { name, currency, tried, parsed } = form;
    let fault = Signal::derive(move || {
        let fault = parsed.get().err().filter(|_| tried.get())?;
        Some(match fault {
            NewShopFault::NameTooLong => first_start::shop_name_long(model::NAME_MOST),
        })
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match form.submit() {
            Some(shop) if !busy.get_untracked() => on_start.run(shop),
            Some(_) => {}
            None => on_wrong.run(()),
        }
    };
    let currencies = domain::Currency::ALL.iter().copied().map(Currency::from);
    let currencies = currencies.map(|currency| Choice::new(currency.code, currency.name)).collect();
    view! {
        <form novalidate on:submit=send>
            <h2 class="title">{first_start::NEW_SHOP}</h2>
            <TextField label=first_start::SHOP_NAME value=name fault autocomplete="organization" example=TextProp::from(first_start::USUAL_NAME)/>
            <div class="inline" data-wide-key="">
                <Select
                    label=TextProp::from(first_start::CURRENCY)
                    choices=currencies
                    value=currency
                    on_change=move |code| currency.set(code)
                />
                <Button label=first_start::START kind=Kind::Main submit=true busy/>
            </div>
            <p class="small muted">{first_start::DEFAULTS}</p>
        </form>
    }
}

/// Joining a shop. A pairing link (`/#pair=48271650`: the server and what is between never hear of it) fills the code in.
#[component]
fn JoinPart(on_join: Callback<PairingCode>, on_wrong: Callback<()>, busy: Signal<bool>) -> impl IntoView {
    let linked = page::take_fragment("pair");
    if linked.is_some() {
        // The key that it is about: on a phone it lies below the edge, and a new shop is not what is wanted.
        request_animation_frame(|| _ = page::focus("#join [type=submit]"));
    }
    let code = RwSignal::new(linked.unwrap_or_default());
    let tried = RwSignal::new(false);
    let fault = Signal::derive(move || {
        let wrong = tried.get() && PairingCode::parse(&code.read()).is_none();
        wrong.then(|| first_start::PAIRING_CODE_FORM.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match PairingCode::parse(&code.read_untracked()) {
            Some(code) if !busy.get_untracked() => on_join.run(code),
            Some(_) => {}
            None => on_wrong.run(()),
        }
    };
    view! {
        <form novalidate id="join" on:submit=send>
            <div class="inline">
                <TextField
                    label=first_start::PAIRING_CODE
                    value=code
                    fault
                    keys="numeric"
                    example=TextProp::from(first_start::PAIRING_HINT)
                />
                <Button label=first_start::JOIN submit=true busy/>
            </div>
            <p class="small muted">{first_start::PAIRING_WHERE}</p>
        </form>
    }
}

/// A new shop on a server that has none yet.
#[component]
fn ConnectPart(
    form: NewShopSignals,
    on_connect: Callback<(NewShop, SetUpCode)>,
    on_wrong: Callback<()>,
    busy: Signal<bool>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let fault = Signal::derive(move || {
        let wrong = tried.get() && SetUpCode::parse(&code.read()).is_none();
        wrong.then(|| first_start::SETUP_CODE_MISSING.get().to_owned())
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        match (form.submit(), SetUpCode::parse(&code.read_untracked())) {
            (Some(shop), Some(code)) if !busy.get_untracked() => on_connect.run((shop, code)),
            (Some(_), Some(_)) => {}
            _ => on_wrong.run(()),
        }
    };
    view! {
        <form novalidate on:submit=send>
            <div class="inline">
                <TextField label=first_start::SETUP_CODE value=code fault/>
                <Button label=first_start::CONNECT submit=true busy/>
            </div>
            <p class="small muted">{first_start::SETUP_CODE_WHERE}</p>
        </form>
    }
}
