//! What another tablet changed of a draft is kept by whatever is done here: field by field.

use domain::contact::Buyer;
use domain::order::{Command, Content, Delivery, Line, Method, Terms, Unit};
use uuid::Uuid;

use crate::stall::*;

/// A change of one field.
type Change = fn(&mut Form);

/// A change of each field that another tablet may write.
fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("delivery", |form| form.content.delivery = Delivery::PickUp),
        ("method", |form| form.content.method = Method::Alipay),
        ("terms", |form| form.content.terms = Terms::Credit),
        ("discount", |form| form.content.discount = 3_00),
        ("rounding", |form| form.content.rounding = 1_00),
        ("deposit", |form| form.content.deposit = 10_00),
        ("note", |form| form.content.note = "wrap it".into()),
        ("channel", |form| form.content.channel = "douyin".into()),
        ("category", |form| form.content.category = "wholesale".into()),
        ("customer", |form| form.content.customer = Some(Uuid::from_u128(7))),
        ("carrier", |form| form.content.carrier = "sf".into()),
        ("name", |form| form.buyer.name = "李雷".into()),
        ("phone", |form| form.buyer.phone = "139".into()),
        ("address", |form| form.buyer.address = "文三路2号".into()),
        ("item", |form| {
            (form.content.lines[0].item, form.content.lines[0].product) = ("pot".into(), Some(Uuid::max()))
        }),
        ("variant", |form| form.content.lines[0].variant = 2),
        ("spec", |form| form.content.lines[0].spec = "blue".into()),
        ("quantity", |form| (form.content.lines[0].quantity, form.content.lines[0].unit) = (500, Unit::Gram)),
        ("price, and of what it is", |form| {
            (form.content.lines[0].price, form.content.lines[0].per) = (60_00, domain::weight::WeightUnit::Jin)
        }),
        ("line discount", |form| form.content.lines[0].discount = 2_00),
        ("line note", |form| form.content.lines[0].note = "gift".into()),
        ("a line more", |form| form.content.lines.push(line(9, "tray", 1, 8_00))),
        ("a line less", |form| drop(form.content.lines.remove(1))),
    ]
}

fn began() -> Form {
    parcel_for_wang()
}

fn changed(changes: &[Change]) -> Form {
    let mut form = began();
    changes.iter().for_each(|change| change(&mut form));
    form
}

fn merged(base: &Form, ours: &Form, theirs: &Form) -> (Content, Buyer) {
    let content = Content::merged(&base.content, &ours.content, &theirs.content);
    (content, Buyer::merged(&base.buyer, &ours.buyer, &theirs.buyer))
}

#[test]
fn a_merge_of_three_takes_every_field_of_either_side() {
    for (at, (what, there)) in changes().into_iter().enumerate() {
        let (base, theirs) = (began(), changed(&[there]));
        assert_eq!(merged(&base, &base, &theirs), (theirs.content.clone(), theirs.buyer.clone()), "theirs: {what}");
        assert_eq!(merged(&base, &theirs, &base), (theirs.content.clone(), theirs.buyer.clone()), "ours: {what}");
        for (other, (_, here)) in changes().into_iter().enumerate().filter(|(other, _)| *other != at) {
            let (ours, both) = (changed(&[here]), changed(&[there, here]));
            let expected = (both.content.clone(), both.buyer.clone());
            assert_eq!(merged(&base, &ours, &theirs), expected, "{what} and change {other}");
        }
    }
}

#[test]
fn what_both_changed_is_ours_and_a_line_taken_out_stays_where_the_other_changed_it() {
    let (base, mut ours, mut theirs) = (began(), began(), began());
    (ours.content.note, theirs.content.note) = ("ours".into(), "theirs".into());
    ours.content.lines.remove(0);
    theirs.content.lines[0].quantity = 5;
    theirs.content.lines.remove(1);
    ours.content.lines[0].quantity = 4;
    let (content, _) = merged(&base, &ours, &theirs);
    let lines: Vec<(u32, i64)> = content.lines.iter().map(|line: &Line| (line.id, line.quantity)).collect();
    assert_eq!((content.note.as_str(), lines), ("ours", vec![(2, 4), (1, 5)]));
}

/// A draft that both know, of which tablet B then changed a field; and the form that A began with before.
fn parted(change: Change) -> (Stall, Form) {
    let mut stall = Stall::with_draft(began());
    let before = began();
    stall.b_edits(change).join(&[B, A]);
    (stall, before)
}

fn edit(base: &Form, change: Change) -> Command {
    let mut form = base.clone();
    change(&mut form);
    let Form { content, buyer } = form;
    Command::Edit { base: base.content.clone(), base_buyer: base.buyer.clone(), content, buyer }
}

fn redraft(base: &Form, change: Change) -> Command {
    let Command::Edit { base, base_buyer, content, buyer } = edit(base, change) else { panic!("it is an edit") };
    Command::EditDraft { base, base_buyer, content, buyer }
}

#[test]
fn a_change_by_another_tablet_survives_a_park_a_sale_and_an_edit_here() {
    for (what, change) in changes() {
        let expected = changed(&[change]);
        let after = |acts: &dyn Fn(&mut Stall, &Form)| {
            let (mut stall, before) = parted(change);
            acts(&mut stall, &before);
            let order = stall.order(A);
            assert_eq!(order.timeline.iter().filter(|it| it.outcome != domain::order::Outcome::Applied).count(), 0);
            Form { content: order.content(), buyer: order.buyer() }
        };
        let parked = after(&|stall, before| {
            stall.a(redraft(before, |form| form.content.parked = true));
        });
        assert_eq!((parked.content.parked, parked.buyer), (true, expected.buyer.clone()), "parked: {what}");
        assert_eq!(Content { parked: false, ..parked.content }, expected.content, "parked: {what}");
        let sold = after(&|stall, before| {
            stall.a(redraft(before, |form| form.content.note = form.content.note.clone() + "sold")).a(confirm_draft());
        });
        let note = |form: &Form| form.content.note.clone();
        if note(&expected).is_empty() {
            let content = Content { note: "sold".into(), ..expected.content.clone() };
            assert_eq!((sold.content, sold.buyer), (content, expected.buyer.clone()), "sold: {what}");
        }
        let edited = after(&|stall, before| {
            stall.a(confirm_draft()).a(edit(before, |form| form.content.lines[0].note += " by hand"));
        });
        if expected.content.lines[0].note.is_empty() {
            let mut content = expected.content.clone();
            content.lines[0].note = " by hand".into();
            assert_eq!((edited.content, edited.buyer), (content, expected.buyer), "edited: {what}");
        }
    }
}
