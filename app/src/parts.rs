//! What is not needed to open: the list of orders and every page behind it, in later files. A release build makes a file
//! of its own of all that only these reach (docs/decisions/0006); any other build keeps the program in one piece.

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::features::counter::reader::{self, Read};
use crate::features::order::Shown;
use crate::features::{
    conflicts, counter, customers, new_order, order, orders, products, records, rules, settings, sheets, shop_setup,
    templates,
};
use crate::frame::PageHead;
use crate::platform::clock;
use crate::session::{Boot, Session, Works};
use crate::text::opening;
use crate::ui::{Button, Empty, Glyph, Skeleton, Waiting};

/// The list of orders: what opens where there is a shop.
#[derive(Clone, Copy)]
pub struct List {
    /// It.
    pub orders: fn() -> AnyView,
}

/// The pages behind the list.
#[derive(Clone, Copy)]
pub struct Pages {
    /// One order.
    pub order: fn() -> AnyView,
    /// One order beside the list.
    pub beside: fn(Uuid) -> AnyView,
    /// A new order, a copy, or an edit.
    pub new_order: fn() -> AnyView,
    /// What two tablets disagree on.
    pub conflicts: fn() -> AnyView,
    /// Settings.
    pub settings: fn() -> AnyView,
    /// The shop's devices, one by one.
    pub devices: fn() -> AnyView,
    /// What the server put aside.
    pub aside: fn() -> AnyView,
    /// What the list has beyond its first page.
    pub list: orders::Part,
    /// A template being made or changed.
    pub template: fn() -> AnyView,
    /// What of the session needs the whole program.
    pub works: fn() -> Works,
    /// Sends and fetches pictures from now on.
    pub carry_pictures: fn(Session),
}

/// The pages of selling: what a stall sells, to whom, and the counter.
#[derive(Clone, Copy)]
pub struct Selling {
    /// What the shop sells.
    pub products: fn() -> AnyView,
    /// The counter.
    pub counter: fn() -> AnyView,
    /// Whom it knows.
    pub customers: fn() -> AnyView,
    /// Templates of orders.
    pub templates: fn() -> AnyView,
    /// The shop's lists and terms.
    pub shop_settings: fn() -> AnyView,
    /// The same as short steps.
    pub wizard: fn() -> AnyView,
    /// What is done by itself.
    pub rules: fn() -> AnyView,
    /// Does it, from now on.
    pub act_by_rules: fn(Session),
    /// What two tablets disagree on of products, customers and settings.
    pub record_disputes: fn() -> AnyView,
}

/// What reads and writes spreadsheets: fetched only when somebody asks for it.
#[derive(Clone, Copy)]
pub struct Sheets {
    /// Products and customers from a sheet, and into one.
    pub exchange: fn(sheets::Kind) -> AnyView,
}

/// Names everything that the file of the list is made of.
fn list() -> List {
    List { orders: || orders::Orders.into_any() }
}

/// Names everything that the file of the pages is made of.
fn pages() -> Pages {
    Pages {
        order: || order::Order.into_any(),
        beside: |id| {
            let id = Signal::stored(Some(id));
            let order = Session::here().order(id);
            view! { <Shown id order numbered=true/> }.into_any()
        },
        new_order: || new_order::NewOrder.into_any(),
        conflicts: || conflicts::Conflicts.into_any(),
        settings: || settings::Settings.into_any(),
        devices: || settings::ManageDevices.into_any(),
        aside: || settings::PutAside.into_any(),
        list: orders::Part::all(),
        template: || new_order::TemplateForm.into_any(),
        works: Works::all,
        carry_pictures: Session::carry_pictures,
    }
}

/// Names everything that the file of selling is made of.
fn selling() -> Selling {
    Selling {
        products: || products::Products.into_any(),
        counter: || counter::Counter.into_any(),
        customers: || customers::Customers.into_any(),
        templates: || templates::Templates.into_any(),
        shop_settings: || shop_setup::ShopSettings.into_any(),
        wizard: || shop_setup::Wizard.into_any(),
        rules: || rules::Rules.into_any(),
        act_by_rules: Session::act_by_rules,
        record_disputes: || records::RecordDisputes.into_any(),
    }
}

/// Names everything that the file for spreadsheets is made of.
fn sheets() -> Sheets {
    Sheets { exchange: |kind| view! { <sheets::Exchange kind/> }.into_any() }
}

/// Names what reads codes in pictures: a file that only a camera asks for.
fn reader() -> Read {
    reader::read
}

/// Where the program is in several files, calling one of these fetches a file.
#[cfg(feature = "split")]
mod file {
    use leptos::wasm_split::{self, SplitLoaderError};

    use super::{List, Pages, Read, Selling, Sheets};

    #[wasm_split::wasm_split(list, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn list() -> Result<List, SplitLoaderError> {
        Ok(super::list())
    }

    #[wasm_split::wasm_split(sheets, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn sheets() -> Result<Sheets, SplitLoaderError> {
        Ok(super::sheets())
    }

    #[wasm_split::wasm_split(reader, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn reader() -> Result<Read, SplitLoaderError> {
        Ok(super::reader())
    }

    #[wasm_split::wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn pages() -> Result<Pages, SplitLoaderError> {
        Ok(super::pages())
    }

    #[wasm_split::wasm_split(selling, wasm_split_path = leptos::wasm_split, fallible)]
    pub(super) fn selling() -> Result<Selling, SplitLoaderError> {
        Ok(super::selling())
    }
}

/// Where the program is in one piece, all pages are there.
#[cfg(not(feature = "split"))]
mod file {
    use std::convert::Infallible;

    use super::{List, Pages, Read, Selling, Sheets};

    pub(super) async fn list() -> Result<List, Infallible> {
        Ok(super::list())
    }

    pub(super) async fn sheets() -> Result<Sheets, Infallible> {
        Ok(super::sheets())
    }

    pub(super) async fn reader() -> Result<Read, Infallible> {
        Ok(super::reader())
    }

    pub(super) async fn pages() -> Result<Pages, Infallible> {
        Ok(super::pages())
    }

    pub(super) async fn selling() -> Result<Selling, Infallible> {
        Ok(super::selling())
    }
}

/// A part of the program as far as it is here: `Some(None)`: it could not be fetched.
type Here<T> = RwSignal<Option<Option<T>>>;

/// The later parts of the program; a context of the app.
#[derive(Clone, Copy)]
pub struct Parts {
    list: Here<List>,
    pages: Here<Pages>,
    selling: Here<Selling>,
    sheets: Here<Sheets>,
}

impl Parts {
    /// Fetches the list at once where somebody was before, and the pages as soon as the first page stands: the next
    /// thing that a person asks for is one of them.
    pub fn start(session: Session, was_before: bool) -> Self {
        let parts = Self {
            list: RwSignal::new(None),
            pages: RwSignal::new(None),
            selling: RwSignal::new(None),
            sheets: RwSignal::new(None),
        };
        Effect::new(move |_| {
            if was_before || session.boot.get() == Boot::Open {
                spawn_local(parts.fetch_list());
            }
        });
        let wanted = Memo::new(move |_| {
            let again = session.fetch_again.get();
            (again > 0 || session.boot.get() != Boot::Opening || session.trouble.get().is_some(), again)
        });
        Effect::new(move |_| {
            if wanted.get().0 {
                parts.fetch();
            }
        });
        Effect::new(move |_| {
            if let Some(pages) = parts.pages.get() {
                session.begin(pages.map(|pages| (pages.works)()));
            }
        });
        Effect::new(move |begun: Option<bool>| {
            let begun = begun.unwrap_or(false);
            if !begun
                && session.boot.get() != Boot::Opening
                && let Some(Some(pages)) = parts.pages.get()
            {
                (pages.carry_pictures)(session);
                return true;
            }
            begun
        });
        Effect::new(move |begun: Option<bool>| {
            let begun = begun.unwrap_or(false);
            if !begun
                && session.boot.get() != Boot::Opening
                && let Some(Some(selling)) = parts.selling.get()
            {
                (selling.act_by_rules)(session);
                return true;
            }
            begun
        });
        parts
    }

    /// Fetches the list, unless it is here.
    async fn fetch_list(self) {
        let is_here = move || self.list.with_untracked(|list| list.is_some_and(|list| list.is_some()));
        if is_here() {
            return;
        }
        self.list.set(None);
        let list = file::list().await.ok();
        // Somebody else may have asked for it, too.
        if !is_here() {
            self.list.set(Some(list));
        }
    }

    /// Fetches what is not here, one file after the other.
    fn fetch(self) {
        if self.pages.with_untracked(|pages| pages.is_none_or(|pages| pages.is_none())) {
            self.pages.set(None);
        }
        self.selling.set(None);
        spawn_local(async move {
            clock::drawn().await;
            if self.pages.with_untracked(Option::is_none) {
                self.pages.set(Some(file::pages().await.ok()));
            }
            self.fetch_list().await;
            self.selling.set(Some(file::selling().await.ok()));
        });
    }

    /// Fetches what reads and writes spreadsheets, unless it is here.
    fn fetch_sheets(self) {
        if self.sheets.with_untracked(|sheets| sheets.is_some_and(|sheets| sheets.is_some())) {
            return;
        }
        self.sheets.set(None);
        spawn_local(async move { self.sheets.set(Some(file::sheets().await.ok())) });
    }

    /// Whether all that is fetched at once is here, or could not be had. Tracks.
    pub fn settled(self) -> bool {
        self.selling.with(Option::is_some)
    }

    /// What reads codes in pictures, as soon as it is here; `None` where it could not be fetched.
    pub async fn reader(self) -> Option<Read> {
        file::reader().await.ok()
    }

    /// The pages, once they are here.
    pub fn there(self) -> Option<Pages> {
        self.pages.get().flatten()
    }

    /// The same, for what happens in a moment.
    pub fn there_untracked(self) -> Option<Pages> {
        self.pages.get_untracked().flatten()
    }

    /// What is added to a page that stands already: nothing until it is here.
    pub fn once(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        move || parts.there().map(&shown)
    }

    /// The list of orders as soon as it is here.
    pub fn list() -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.part(move || parts.list.get().map(|list| list.map(|list| (list.orders)())), true)
    }

    /// A page of the file of the pages as soon as it is here.
    pub fn page(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.part(move || parts.pages.get().map(|pages| pages.map(&shown)), true)
    }

    /// What stands beside the list, as soon as it is here.
    pub fn beside(shown: impl Fn(Pages) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.part(move || parts.pages.get().map(|pages| pages.map(&shown)), false)
    }

    /// A page of selling as soon as it is here.
    pub fn selling(shown: impl Fn(Selling) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.part(move || parts.selling.get().map(|selling| selling.map(&shown)), true)
    }

    /// The page of spreadsheets of this kind, once its file is here; asked for, it is fetched.
    pub fn sheets(kind: sheets::Kind) -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.fetch_sheets();
        let again = move || parts.fetch_sheets();
        let shown = move || parts.sheets.get().map(|sheets| sheets.map(|sheets| (sheets.exchange)(kind)));
        parts.part_or(shown, true, again)
    }

    /// A part of a page of selling as soon as it is here.
    pub fn selling_within(shown: impl Fn(Selling) -> AnyView + Send + 'static) -> impl IntoView {
        let parts = expect_context::<Self>();
        parts.part(move || parts.selling.get().map(|selling| selling.map(&shown)), false)
    }

    fn part(self, shown: impl Fn() -> Option<Option<AnyView>> + Send + 'static, is_page: bool) -> AnyView {
        self.part_or(shown, is_page, move || self.fetch())
    }

    fn part_or(
        self,
        shown: impl Fn() -> Option<Option<AnyView>> + Send + 'static,
        is_page: bool,
        again: impl Fn() + Copy + Send + Sync + 'static,
    ) -> AnyView {
        let view = move || match shown() {
            Some(Some(view)) => view,
            Some(None) => view! {
                <div class="page" class:pad=!is_page>
                    {is_page.then(|| view! { <PageHead title=opening::NOT_HERE/> })}
                    <Empty glyph=Glyph::Offline title=opening::NOT_HERE text=opening::NOT_HERE_WHY>
                        <Button label=opening::TRY_AGAIN on_press=again/>
                    </Empty>
                </div>
            }
            .into_any(),
            None if is_page => view! { <Waiting/> }.into_any(),
            None => view! { <div class="page pad"><Skeleton/></div> }.into_any(),
        };
        view.into_any()
    }
}
