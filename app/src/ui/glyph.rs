//! One set of pictures: 24 grid, 1.75 stroke, round ends. Round means money, square means goods.

use leptos::prelude::*;

/// A picture of the set. It always stands with a word, or on a control that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Goods with a price.
    Products,
    /// Further up.
    Up,
    /// Further down.
    Down,
    /// Before all others.
    Top,
    /// To be taken hold of, and dragged.
    Grip,
    /// The counter.
    Counter,
    /// A barcode being read.
    Scan,
    /// Put aside for a while.
    Park,
    /// A customer.
    Person,
    /// The order book.
    Orders,
    /// An order being made.
    NewOrder,
    /// Two become one.
    Merge,
    /// Settings.
    Settings,
    /// Search.
    Search,
    /// Only some of it.
    Filter,
    /// More of it.
    Plus,
    /// Less of it.
    Minus,
    /// Done, arrived, correct.
    Check,
    /// Close, remove, cancel.
    Cross,
    /// Back.
    Left,
    /// On.
    Right,
    /// Cash.
    Cash,
    /// Paid by scanning a code.
    Code,
    /// A bank transfer.
    Bank,
    /// On credit, the debt book.
    Credit,
    /// Sent by a carrier.
    Truck,
    /// Handed over.
    Hand,
    /// Picked up later.
    Bag,
    /// A date that counts.
    Clock,
    /// A copy.
    Copy,
    /// A call.
    Phone,
    /// Change.
    Edit,
    /// Trouble.
    Warn,
    /// Something to know.
    Info,
    /// This device.
    Tablet,
    /// All sent.
    Sent,
    /// Waiting to be sent.
    Pending,
    /// No network.
    Offline,
    /// Locked, held.
    Lock,
    /// Takes the last digit away.
    Erase,
    /// A note.
    Text,
    /// Two tablets' doings that don't fit.
    Conflict,
    /// More acts.
    More,
    /// A parcel.
    Parcel,
    /// Money going back.
    Refund,
    /// Goods coming back.
    AfterSales,
    /// Kept on this device.
    Save,
    /// Taken in from elsewhere.
    TakeIn,
    /// A picture, a camera.
    Photo,
    /// What is done by itself.
    Rules,
    /// State: draft.
    Draft,
    /// State: no money yet.
    AwaitingPayment,
    /// State: some money.
    PartPaid,
    /// State: all the money.
    Paid,
    /// State: some goods left.
    PartShipped,
    /// State: all goods left.
    Shipped,
    /// State: goods arrived.
    Delivered,
    /// State: ruled off.
    Completed,
    /// State: held.
    OnHold,
    /// State: cancelled.
    Cancelled,
    /// State: closed, refunded.
    Closed,
}

impl Glyph {
    /// The paths inside the picture's frame.
    const fn paths(self) -> &'static str {
        match self {
            Self::Products => r#"<path d="M4 4h7.5l8.5 8.5-7.5 7.5L4 11.5zM8.2 8.2v.1"/>"#,
            Self::Up => r#"<path d="M12 19V5.5M6.5 11L12 5.5l5.5 5.5"/>"#,
            Self::Down => r#"<path d="M12 5v13.5M6.5 13l5.5 5.5 5.5-5.5"/>"#,
            Self::Top => r#"<path d="M5 4h14M12 20V8M6.5 13.5L12 8l5.5 5.5"/>"#,
            Self::Grip => r#"<path d="M4 9h16M4 15h16"/>"#,
            Self::Counter => {
                r#"<path d="M3.5 9.5l2-5.5h13l2 5.5c0 3-4.25 3-4.25 0 0 3-4.25 3-4.25 0 0 3-4.25 3-4.25 0 0 3-4.25 3-4.25 0zM5 12.5V20h14v-7.5"/>"#
            }
            Self::Scan => r#"<path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16"/>"#,
            Self::Park => r#"<path d="M7 3.5h10M8.5 3.5v7.5l-3 3.5h13l-3-3.5V3.5M12 14.5v6"/>"#,
            Self::Person => {
                r#"<path d="M12 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5zM4.5 20.5c.5-4 3.2-6 7.5-6s7 2 7.5 6"/>"#
            }
            Self::Orders => r#"<path d="M6 4h12v16.5H6zM6 8.5h12M9 12.5h6M9 16h4M9.5 2.5v3M14.5 2.5v3"/>"#,
            Self::NewOrder => r#"<path d="M18 12V4H6v16.5h6M6 8.5h12M17.5 15v6M14.5 18h6M9.5 2.5v3M14.5 2.5v3"/>"#,
            Self::Merge => r#"<path d="M5 4v3.5C5 11 12 11 12 15v5.5M19 4v3.5C19 11 12 11 12 15M9 17.5l3 3 3-3"/>"#,
            Self::Settings => {
                r#"<path d="M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"/>"#
            }
            Self::Search => r#"<path d="M11 17.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.8 15.8l4.7 4.7"/>"#,
            Self::Filter => r#"<path d="M4 5h16l-6 7.5V18l-4 2v-7.5z"/>"#,
            Self::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Minus => r#"<path d="M5 12h14"/>"#,
            Self::Check => r#"<path d="M4.5 12.5l5 5 10-11"/>"#,
            Self::Cross => r#"<path d="M6 6l12 12M18 6L6 18"/>"#,
            Self::Left => r#"<path d="M15 5l-7 7 7 7"/>"#,
            Self::Right => r#"<path d="M9 5l7 7-7 7"/>"#,
            Self::Cash => {
                r#"<path d="M3 6.5h18v11H3zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6.2 12v.1M17.8 12v.1"/>"#
            }
            Self::Code => r#"<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v3M20 14v2.5M14 20h2M19 20h1"/>"#,
            Self::Bank => r#"<path d="M4 9.5L12 4l8 5.5zM6.5 12.5v4.5M12 12.5v4.5M17.5 12.5v4.5M4 20h16"/>"#,
            Self::Credit => r#"<path d="M5 4h14v16.5H5zM8.5 4v16.5M12 9h4M12 13h4"/>"#,
            Self::Truck => {
                r#"<path d="M2.5 6h11.5v10.5H2.5zM14 10h4l3.5 3.5v3H14M7 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17.5 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"/>"#
            }
            Self::Hand => {
                r#"<path d="M8 3.5h8v7H8zM3 14h4l3.5 1.5H14a1.5 1.5 0 0 1 0 3.2H9.5M15.2 17l4-2.3a1.6 1.6 0 0 1 1.6 2.7L15 21H9l-6-1.5"/>"#
            }
            Self::Bag => r#"<path d="M5 8.5h14l-1 12H6zM9 11V7a3 3 0 0 1 6 0v4"/>"#,
            Self::Clock => r#"<path d="M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3.5 2"/>"#,
            Self::Copy => r#"<path d="M9 9h11.5v11.5H9zM5.5 15h-2V3.5H15v2"/>"#,
            Self::Phone => {
                r#"<path d="M6 4h3.5l1.5 4.5-2 1.5a11 11 0 0 0 5 5l1.5-2 4.5 1.5V18a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2z"/>"#
            }
            Self::Edit => r#"<path d="M4 20l1-4.5L16 4.5 19.5 8 8.5 19zM13.5 7l3.5 3.5"/>"#,
            Self::Warn => r#"<path d="M12 4L2.5 20h19zM12 10v4.5M12 17.3v.1"/>"#,
            Self::Info => r#"<path d="M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5M12 7.7v.1"/>"#,
            Self::Tablet => r#"<path d="M6 3h12v18H6zM11 18h2"/>"#,
            Self::Sent => r#"<path d="M6 3h12v18H6zM9 12l2.3 2.3L15.5 10"/>"#,
            Self::Pending => r#"<path d="M12 20.5V9M7 14l5-5 5 5M5 4h14"/>"#,
            Self::Offline => {
                r#"<path d="M3.5 9.5A13 13 0 0 1 8 6.8M12 6a13 13 0 0 1 8.5 3.5M7 13.5a7.5 7.5 0 0 1 3-1.8M12 18v.1M4 3.5l16 17"/>"#
            }
            Self::Lock => r#"<path d="M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>"#,
            Self::Erase => r#"<path d="M9 5h11.5v14H9l-6.5-7zM12 9.5l5 5M17 9.5l-5 5"/>"#,
            Self::Text => r#"<path d="M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4"/>"#,
            Self::Conflict => r#"<path d="M3.5 8H13l-3-3.5M20.5 16H11l3 3.5M17 8h3.5M3.5 16H7"/>"#,
            Self::More => {
                r#"<path fill="currentColor" d="M5.5 13.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM12 13.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM18.5 13.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4z"/>"#
            }
            Self::Parcel => r#"<path d="M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21"/>"#,
            Self::Refund => {
                r#"<path d="M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM9 8l3 4 3-4M12 12v5M9.5 13.5h5"/>"#
            }
            Self::AfterSales => r#"<path d="M8 4.5l-4 4 4 4M4 8.5h10a5.75 5.75 0 0 1 0 11.5H8.5"/>"#,
            Self::TakeIn => r#"<path d="M12 15.5v-11M7 9l5-5 5 5M4 20.5h16"/>"#,
            Self::Save => r#"<path d="M12 4v11M7 10.5l5 5 5-5M4 20.5h16"/>"#,
            Self::Photo => {
                r#"<path d="M3.5 7.5h4L9 5h6l1.5 2.5h4v12h-17zM12 17a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z"/>"#
            }
            Self::Rules => r#"<path d="M4 7h9M17 7h3M15 4.5v5M4 17h3M11 17h9M9 14.5v5"/>"#,
            Self::Draft => r#"<path stroke-dasharray="3.2 3.1" d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"/>"#,
            Self::AwaitingPayment => r#"<path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"/>"#,
            Self::PartPaid => {
                r#"<path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"/><path fill="currentColor" d="M12 4a8 8 0 0 1 0 16z"/>"#
            }
            Self::Paid => r#"<path fill="currentColor" d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"/>"#,
            Self::PartShipped => r#"<path d="M4.5 4.5h15v15h-15z"/><path fill="currentColor" d="M4.5 19.5h15v-15z"/>"#,
            Self::Shipped => {
                r#"<path fill="currentColor" d="M4.5 4.5h15v15h-15z"/><path stroke="var(--sheet)" stroke-width="2" d="M8 12h7.5M12.5 8.8l3.2 3.2-3.2 3.2"/>"#
            }
            Self::Delivered => r#"<path d="M4.5 4.5h15v15h-15zM8 12.3l3 3 5-6"/>"#,
            Self::Completed => r#"<path d="M5 11l5 5 9-10M4 20.5h16"/>"#,
            Self::OnHold => r#"<path d="M9 5.5v13M15 5.5v13"/>"#,
            Self::Cancelled => r#"<path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM6.5 17.5l11-11"/>"#,
            Self::Closed => r#"<path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM15.5 12H8.5M11 9l-3 3 3 3"/>"#,
        }
    }
}

/// Draws a [`Glyph`]; unseen by screen readers.
#[component]
pub fn Icon(
    /// Which picture.
    glyph: Glyph,
) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" inner_html=glyph.paths()></svg> }
}
