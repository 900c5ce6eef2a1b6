//! Making a template, or changing one: the form of an order without a buyer. What is typed is kept on this device until
//! it is saved or thrown away.

use std::sync::Arc;

use domain::StreamKind;
use domain::contact::Buyer;
use domain::order::Content;
use domain::template::Template;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::form::TemplatePage;
use super::model::{Form, Reading};
use super::{Purpose, Start, Unable, wire};
use crate::platform::form_drafts::Later;
use crate::platform::{form_drafts, page};
use crate::session::Session;
use crate::text::templates as words;
use crate::ui::{Glyph, Toast, ToastAct, Toaster};

/// A template as typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    name: String,
    form: Form,
}

/// What is kept of it: with what the form began, so that what others changed since then is not overwritten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    typed: Typed,
    base: (String, Content),
}

impl Typed {
    fn content(&self, currency: domain::Currency) -> Content {
        self.form.read(currency).content
    }

    /// As it was kept, with what others changed since then; `self` is the template as it stands.
    fn going_on(&self, Kept { typed, base: (name, content) }: Kept, currency: domain::Currency) -> Self {
        let now = (self.content(currency), Buyer::default());
        let form = typed.form.rebased(&(content, Buyer::default()), &now, currency);
        Self { name: if typed.name == name { self.name.clone() } else { typed.name }, form }
    }
}

/// The page.
#[component]
pub fn TemplateForm() -> impl IntoView {
    let session = Session::here();
    let params = use_params_map();
    // `/templates/new` names none.
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| Uuid::try_parse(&id).ok()));
    let (all, shop, settings) = (session.templates(), session.shop_fields(), session.settings());
    move || {
        let id = id.get();
        let template = id.map(|id| all.with_untracked(|all| all.get(id).cloned()));
        if let Some(None) = template {
            return view! { <Unable title=words::GONE why=words::GONE_WHY href="/templates" way=words::BACK/> }
                .into_any();
        }
        let template = template.flatten();
        let blank = shop.with_untracked(|shop| match &template {
            Some(template) => Typed {
                name: template.name.clone(),
                form: Form::of_template(&template.content, shop, settings.with_untracked(|it| it.currency)),
            },
            None => Typed { name: String::new(), form: Form::blank(shop) },
        });
        view! { <Typing blank template/> }.into_any()
    }
}

#[component]
fn Typing(blank: Typed, template: Option<Arc<Template>>) -> impl IntoView {
    let session = Session::here();
    let toaster = use_context::<Toaster>().unwrap_or_default();
    let navigate = use_navigate();
    let currency = session.settings().with_untracked(|settings| settings.currency);
    let id = template.as_ref().map(|template| template.id);
    // An order that is made from it is kept under another key.
    let key = StoredValue::new(format!("template-form.{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string())));
    let (kept, at_ms) = form_drafts::load_dated::<Kept>(&key.get_value()).unzip();
    let began = kept.map_or_else(|| blank.clone(), |kept| blank.going_on(kept, currency));

    let refused = RwSignal::new(None);
    let start = Start {
        order: session.draw_id(),
        blank: blank.form.clone(),
        form: began.form.clone(),
        base: None,
        is_edit: false,
        paid: 0,
    };
    let (flow, form) = wire(session, Purpose::New, start, refused);
    let name = RwSignal::new(began.name.clone());
    let typed = Memo::new(move |_| Typed { name: name.get(), form: form.get() });
    // False where the page is gone.
    let write = move |typed: Typed| {
        let is_here = name.try_set(typed.name).is_none();
        if is_here {
            flow.fields.write(typed.form);
        }
        is_here
    };

    let saved = StoredValue::new(false);
    let base = StoredValue::new((blank.name.clone(), blank.content(currency)));
    let blank = StoredValue::new(blank);
    let is_touched = Memo::new(move |_| typed.with(|typed| blank.with_value(|blank| typed != blank)));
    Effect::new(move |before: Option<()>| {
        let typed = typed.get();
        // As it was kept: what a killed browser left on the disk is still to be read.
        if before.is_none() || saved.get_value() {
            return;
        }
        key.with_value(|key| match is_touched.get_untracked() {
            true => form_drafts::store_durable(key, &Kept { typed, base: base.get_value() }),
            false => form_drafts::forget_twice(key),
        });
    });
    spawn_local(async move {
        let later = form_drafts::load_later::<Kept>(&key.get_value(), at_ms).await;
        let later = blank.try_with_value(|blank| match later {
            Later::Nothing => None,
            Later::Forgotten => Some(blank.clone()),
            Later::Typed(later) => Some(blank.going_on(later, currency)),
        });
        if let Some(later) = later.flatten().filter(|_| typed.try_with_untracked(|typed| *typed == began) == Some(true))
        {
            write(later);
        }
    });
    let start_over = Callback::new(move |()| {
        let (key, before) = (key.get_value(), Kept { typed: typed.get_untracked(), base: base.get_value() });
        write(blank.get_value());
        // Gone with the page: then it is there when the page is opened again.
        let back = move || {
            if !write(before.typed.clone()) {
                form_drafts::store_durable(&key, &before);
            }
        };
        toaster.show(Toast {
            text: words::PUT_BACK.into(),
            glyph: Glyph::Erase,
            acts: vec![ToastAct::new(words::UNDO, back)],
            stays: false,
        });
    });

    let last = session.templates().with_untracked(|all| all.iter().map(|it| it.position).max()).unwrap_or_default();
    let save = Callback::new(move |()| {
        flow.tried.set(true);
        let content = flow.reading.with_untracked(Reading::draft).map(|(content, _)| content);
        let (Some(content), false) = (content, name.with_untracked(|name| name.trim().is_empty())) else {
            page::focus_first_fault();
            return;
        };
        if flow.busy.get_untracked() {
            return;
        }
        flow.busy.set(true);
        let base = template.as_ref().map(|template| template.fields()).unwrap_or_default();
        let now = Template {
            name: name.get_untracked().trim().to_owned(),
            content,
            position: template.as_ref().map_or(last.saturating_add(1_000), |template| template.position),
            ..Template::default()
        };
        let navigate = navigate.clone();
        spawn_local(async move {
            match session.write(StreamKind::Template, id, &base, &now.fields()).await {
                Ok(_) => {
                    saved.set_value(true);
                    form_drafts::forget_twice(&key.get_value());
                    toaster.confirm(words::SAVED);
                    navigate("/templates", NavigateOptions { replace: true, ..NavigateOptions::default() });
                }
                Err(fault) => {
                    refused.set(Some(fault));
                    flow.busy.set(false);
                }
            }
        });
    });
    let title = if id.is_some() { words::EDIT } else { words::NEW };
    view! { <TemplatePage flow title name on_save=save is_touched on_start_over=start_over/> }
}

#[cfg(test)]
mod tests {
    use domain::order::Line;

    use super::*;

    #[test]
    fn what_is_gone_on_with_keeps_what_was_typed_and_follows_what_others_changed() {
        let yuan = domain::Currency::Cny;
        let line = |id, item: &str, price| Line { id, item: item.into(), quantity: 1, price, ..Line::default() };
        let of = |name: &str, lines: Vec<Line>| Typed {
            name: name.into(),
            form: Form::of(&Content { lines, ..Content::default() }, &Buyer::default(), yuan, true),
        };
        let began = of("Wednesday", vec![line(1, "tea", 100), line(2, "cup", 200)]);
        let mut typed = began.clone();
        typed.form.note = "gift".into();
        let kept = Kept { typed: typed.clone(), base: (began.name.clone(), began.content(yuan)) };
        assert_eq!(began.going_on(kept.clone(), yuan), typed, "nobody changed it");

        let now = of("Thursday", vec![line(1, "tea", 150), line(2, "cup", 200)]);
        let went_on = now.going_on(kept, yuan);
        assert_eq!((went_on.name.as_str(), went_on.form.note.as_str()), ("Thursday", "gift"));
        assert_eq!(went_on.content(yuan).lines[0].price, 150);
    }
}
