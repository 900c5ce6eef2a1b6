//! The design system: parts that take props and know nothing of orders. The DOM they make is the
//! prototype's; states are `data-*` and `aria-*`, colours are tokens.

mod button;
mod choices;
mod debounce;
mod dialog;
mod field;
mod figures;
mod glyph;
mod keypad;
mod layout;
mod menu;
mod picture_field;
mod press;
pub mod scan;
mod stamp;
mod submission;
mod suggest;
mod sync_light;
mod tabs;
mod toast;

pub use button::{Button, Kind, LinkButton};
pub use choices::{Choice, Choices, Select, Switch, Tick};
pub use debounce::debounced;
pub use dialog::Dialog;
pub use field::{AmountField, ComboField, Meaning, SearchField, Stepper, TextField, uid};
pub use figures::{Money, Serial, Size};
pub use glyph::{Glyph, Icon};
pub use keypad::{Dock, DockedKeypad, Keypad, KeypadKey, PadLayout};
pub use layout::{
    Acts, Empty, Fault, Note, Progress, Scroll, Setting, Sheet, Skeleton, Stub, Timeline, TimelineItem, Waiting,
};
pub use menu::{Menu, MenuAct};
pub use picture_field::PictureField;
pub use press::guard_presses;
pub use stamp::{Badge, Stamp, Tone};
pub use submission::Submission;
pub use suggest::{Offer, SuggestField};
pub use sync_light::{SyncLight, SyncState, SyncStatus};
pub use tabs::{Tab, Tabs};
pub use toast::{Toast, ToastAct, Toaster, Toasts};
