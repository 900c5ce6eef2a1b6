//! A customer's form: typed, or filled from a pasted text.

use std::sync::Arc;

use domain::StreamKind;
use domain::address::{Divisions, recognise};
use domain::customer::{Customer, CustomerFault};
use domain::shop::list::{List, entries};
use domain::text::{LONG, SHORT};
use leptos::prelude::*;
use uuid::Uuid;

use super::model::{Fillable, Filling, Form};
use super::{BackToList, Beside, Missing, Place};
use crate::features::order::refusal;
use crate::platform::{clock, page};
use crate::session::{ActFault, Session, Table};
use crate::text::{customers, fault};
use crate::ui::{
    Acts, Button, Choice, Fault, Glyph, Icon, Kind, LinkButton, Note, Scroll, Select, Stub, Submission, TextField,
    Toaster, Tone,
};

/// What a price level is called: as the shop calls it, else as everybody does.
pub fn level_words(key: &str, name: &str) -> String {
    match (name, key) {
        ("", "") => customers::USUAL_PRICE.get().to_owned(),
        ("", "wholesale") => customers::WHOLESALE.get().to_owned(),
        ("", "member") => customers::MEMBER.get().to_owned(),
        ("", key) => key.to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// An address being typed.
#[derive(Clone, Copy, PartialEq)]
struct Written {
    id: u32,
    text: RwSignal<String>,
}

impl Written {
    fn new(id: u32, text: String) -> Self {
        Self { id, text: RwSignal::new(text) }
    }
    /// A new one, with a key that is drawn; never 0.
    fn draw() -> Self {
        Self::new(u32::from_le_bytes(clock::random()).max(1), String::new())
    }
}

/// The fields.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    phone: RwSignal<String>,
    addresses: RwSignal<Vec<Written>>,
    level: RwSignal<String>,
    note: RwSignal<String>,
}

impl Fields {
    fn of(form: Form) -> Self {
        let mut addresses: Vec<Written> = form.addresses.into_iter().map(|(id, text)| Written::new(id, text)).collect();
        if addresses.is_empty() {
            addresses.push(Written::draw());
        }
        Self {
            name: RwSignal::new(form.name),
            phone: RwSignal::new(form.phone),
            addresses: RwSignal::new(addresses),
            level: RwSignal::new(form.level),
            note: RwSignal::new(form.note),
        }
    }

    fn typed(self) -> Form {
        Form {
            name: self.name.get(),
            phone: self.phone.get(),
            addresses: self.addresses.with(|all| all.iter().map(|it| (it.id, it.text.get())).collect()),
            level: self.level.get(),
            note: self.note.get(),
        }
    }

    fn fillable(self, field: Fillable) -> Option<RwSignal<String>> {
        match field {
            Fillable::Name => Some(self.name),
            Fillable::Phone => Some(self.phone),
            Fillable::Address => self.addresses.with_untracked(|all| all.first().map(|address| address.text)),
        }
    }
    fn held(self, field: Fillable) -> String {
        self.fillable(field).map(|text| text.get_untracked()).unwrap_or_default()
    }
    fn put(self, field: Fillable, value: String) {
        if let Some(text) = self.fillable(field) {
            text.set(value);
        }
    }
}

/// The form of a new customer, or of a known one.
#[component]
pub fn CustomerForm(
    /// Who; `None`: somebody new.
    id: Option<Uuid>,
    /// Where one is.
    place: Place,
) -> impl IntoView {
    let session = Session::here();
    // What the form begins with; what others change meanwhile does not touch what is typed.
    let base = match id {
        Some(id) => untrack(|| session.customers().with(|all| all.get(id).cloned())).filter(|it| !it.erased),
        None => Some(Arc::new(Customer::default())),
    };
    match base {
        Some(base) => view! { <Typing id base place/> }.into_any(),
        None => view! { <Missing place/> }.into_any(),
    }
}

#[component]
fn Typing(id: Option<Uuid>, base: Arc<Customer>, place: Place) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let fields = Fields::of(Form::of(&base));
    let tried = RwSignal::new(false);
    let submission = Submission::<ActFault>::new();
    let read = {
        let base = Arc::clone(&base);
        Memo::new(move |_| fields.typed().read(&base))
    };
    let missing = Signal::derive(move || {
        let is = tried.get() && read.with(|it| it.faults().contains(&CustomerFault::NameMissing));
        is.then(|| customers::NAME_MISSING.get().to_owned())
    });
    let long = |text: RwSignal<String>, most: usize| {
        Signal::derive(move || text.with(|text| text.trim().chars().count() > most).then(|| fault::too_long(most)))
    };
    let name_wrong = {
        let long = long(fields.name, SHORT);
        Signal::derive(move || long.get().or_else(|| missing.get()))
    };
    // Made twice is easily seen while it is made.
    let same = Memo::new(move |_| {
        let phone = fields.phone.get();
        if domain::customer::phone_digits(&phone).len() < 7 {
            return None;
        }
        session.by_phone(&phone).filter(|other| Some(other.id) != id)
    });
    let same_note = move || {
        same.get().map(|other| {
            let name = if other.name.is_empty() { other.phone.clone() } else { other.name.clone() };
            view! {
                <p class="note" data-tone=Tone::Owe.key()>
                    <Icon glyph=Glyph::Info/>
                    <span>
                        {customers::SAME_PHONE} " "
                        <a href=place.address(Beside::One(other.id))>{name}</a>
                    </span>
                </p>
            }
        })
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let customer = read.get_untracked();
        if !customer.faults().is_empty() {
            page::focus_first_fault();
            return;
        }
        let base = base.fields();
        let work = async move { session.write(StreamKind::Customer, id, &base, &customer.fields()).await };
        submission.run(work, move |id| {
            toaster.confirm(customers::SAVED);
            place.saved(id);
        });
    };
    let levels = untrack(|| {
        let all = session.shop_fields().with(|shop| entries(shop, List::Level));
        let offered = all.into_iter().filter(|entry| !entry.hidden || fields.level.with(|now| *now == entry.key));
        let mut choices = vec![Choice::new("", customers::USUAL_PRICE)];
        choices.extend(offered.map(|entry| {
            let (key, name) = (entry.key.clone(), entry.name);
            Choice::new(entry.key, move || level_words(&key, &name))
        }));
        choices
    });
    let title = if id.is_some() { customers::EDIT } else { customers::NEW };
    let back = match id {
        Some(id) => place.address(Beside::One(id)),
        None => place.address(Beside::Nobody),
    };
    view! {
        <form class="customer-form" novalidate on:submit=save>
            <Scroll label=title class="pad stack">
                <div class="bar">
                    <BackToList place/>
                    <h2>{title}</h2>
                </div>
                <Paste fields/>
                <div class="two">
                    <TextField label=customers::NAME value=fields.name fault=name_wrong/>
                    <TextField label=customers::PHONE value=fields.phone keys="tel" fault=long(fields.phone, SHORT)/>
                </div>
                <div role="status">{same_note}</div>
                <Addresses fields/>
                <div class="two">
                    <Select
                        label=customers::LEVEL
                        choices=levels
                        value=fields.level
                        on_change=move |key: String| fields.level.set(key)
                    />
                </div>
                <TextField label=customers::NOTE value=fields.note rows=2 fault=long(fields.note, LONG)/>
            </Scroll>
            <Stub>
                <Fault text=submission.wrong(refusal::words)/>
                <Acts>
                    <LinkButton href=back label=customers::CANCEL/>
                    <Button label=customers::SAVE glyph=Glyph::Check kind=Kind::Main submit=true busy=submission.busy/>
                </Acts>
            </Stub>
        </form>
    }
}

/// The addresses, the usual one first.
#[component]
fn Addresses(fields: Fields) -> impl IntoView {
    let all = fields.addresses;
    let place_of = move |id: u32| all.with(|all| all.iter().position(|it| it.id == id)).unwrap_or_default();
    let row = move |written: Written| {
        let id = written.id;
        let nth = move || place_of(id).saturating_add(1);
        let label = move || match nth() {
            1 => customers::ADDRESS.get().to_owned(),
            nth => customers::nth_address(nth),
        };
        let wrong = Signal::derive(move || {
            written.text.with(|text| text.trim().chars().count() > LONG).then(|| fault::too_long(LONG))
        });
        let up = move || {
            all.update(|all| {
                if let Some(at) = all.iter().position(|it| it.id == id).filter(|at| *at > 0) {
                    all.swap(at, at - 1);
                }
            });
        };
        let remove = move || all.update(|all| all.retain(|it| it.id != id));
        let several = move || all.with(|all| all.len() > 1);
        view! {
            <li class="address">
                <TextField label value=written.text rows=2 fault=wrong/>
                <div class="tools">
                    <Show when=move || { nth() > 1 }>
                        <Button label=move || customers::address_up(nth()) glyph=Glyph::Up icon_only=true on_press=up/>
                    </Show>
                    <Show when=several>
                        <Button
                            label=move || customers::remove_address(nth())
                            glyph=Glyph::Cross
                            icon_only=true
                            on_press=remove
                        />
                    </Show>
                </div>
            </li>
        }
    };
    view! {
        <div class="stack" data-tight="">
            <ul class="stack" data-tight="">
                <For each=move || all.get() key=|written| written.id children=row/>
            </ul>
            <Show when=move || all.with(|all| all.len() > 1)>
                <p class="small muted">{customers::ADDRESS_FIRST}</p>
            </Show>
            <div>
                <Button
                    label=customers::ADD_ADDRESS
                    glyph=Glyph::Plus
                    on_press=move || all.update(|all| all.push(Written::draw()))
                />
            </div>
        </div>
    }
}

/// A text that says who and where: pasted, it fills the fields; what was typed there stays until the person says so.
#[component]
fn Paste(fields: Fields) -> impl IntoView {
    let pasted = RwSignal::new(String::new());
    // What was in the fields before, and what the paste has put there.
    let before = StoredValue::new(Vec::<(Fillable, String)>::new());
    let filled = RwSignal::new(Vec::<(Fillable, String)>::new());
    let left = RwSignal::new(Vec::<(Fillable, String)>::new());
    let fill = move |field: Fillable, value: String| {
        before.update_value(|before| {
            if !before.iter().any(|(of, _)| *of == field) {
                before.push((field, fields.held(field)));
            }
        });
        fields.put(field, value.clone());
        filled.update(|filled| {
            filled.retain(|(of, _)| *of != field);
            filled.push((field, value));
        });
    };
    let empty = StoredValue::new(Divisions::parse("").ok());
    Effect::new(move |_| {
        let text = pasted.get();
        if text.trim().is_empty() {
            left.set(Vec::new());
            return;
        }
        // Names and numbers are found without the table too; when it comes, places are.
        let divisions = Divisions::here();
        let Some(understood) =
            empty.with_value(|empty| divisions.as_deref().or(empty.as_ref()).map(|table| recognise(&text, table)))
        else {
            return;
        };
        let filling = filled.with_untracked(|filled| Filling::of(&understood, |field| fields.held(field), filled));
        left.set(filling.left);
        for (field, value) in filling.fills {
            fill(field, value);
        }
    });
    let undo = move || {
        before.update_value(|before| {
            for (field, value) in before.drain(..) {
                fields.put(field, value);
            }
        });
        filled.set(Vec::new());
        left.set(Vec::new());
        pasted.set(String::new());
    };
    let words = |(field, value): &(Fillable, String)| match field {
        Fillable::Name => customers::understood_name(value),
        Fillable::Phone => customers::understood_phone(value),
        Fillable::Address => customers::understood_address(value),
    };
    let said = move || {
        let (filled_now, left_now) = (filled.get(), left.get());
        let has_text = pasted.with(|text| !text.trim().is_empty());
        if filled_now.is_empty() && left_now.is_empty() {
            return has_text.then(|| view! { <Note text=customers::PASTED_NOTHING/> }.into_any());
        }
        let filled_words = filled_now.iter().map(words).collect::<Vec<_>>().join(" · ");
        let done = (!filled_now.is_empty()).then(|| {
            view! {
                <p class="note" data-tone=Tone::Done.key() data-testid="understood">
                    <Icon glyph=Glyph::Check/>
                    <span><b>{customers::FILLED}</b> " " {filled_words}</span>
                </p>
                <div><Button label=customers::UNDO_FILL on_press=undo/></div>
            }
        });
        let kept = (!left_now.is_empty()).then(|| {
            let each = left_now
                .into_iter()
                .map(|it| {
                    let said = words(&it);
                    let (field, value) = it;
                    let press = move || {
                        fill(field, value.clone());
                        left.update(|left| left.retain(|(of, _)| *of != field));
                    };
                    view! { <li class="between"><span>{said}</span> <Button label=customers::USE on_press=press/></li> }
                })
                .collect_view();
            view! {
                <Note text=customers::KEPT_TYPED tone=Tone::Owe/>
                <ul class="stack" data-tight="">{each}</ul>
            }
        });
        Some(view! { {done} {kept} }.into_any())
    };
    view! {
        <div class="stack paste" data-tight="">
            <TextField label=customers::PASTE value=pasted rows=2 example=customers::PASTE_HINT/>
            <div class="stack" data-tight="" role="status">{said}</div>
        </div>
    }
}
