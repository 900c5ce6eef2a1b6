//! Words of the products' pages.

texts! {
    TITLE: "商品", "Products";
    NONE: "还没有商品", "No products yet";
    NONE_WHY: "有了商品，柜台上点一下就开单。", "With products, a tap at the counter makes a sale.";
}
