//! Imports of the peers' files: what each of them becomes, as a table of products, variants, prices and stock. The
//! files are small ones of our own, under the names of columns that the peers' exports have.

use domain::product::Product;
use domain::sheet::{Left, Outcome, Plan, Remark, customers, peer};

use crate::sheets::{Shop, counts, typed};

/// What a shop has: name, specification, code, barcodes, price in minor units, cost, stock, category, whether it is
/// sold.
fn table(shop: &Shop) -> Vec<String> {
    let row = |product: &Product, variant: u32| {
        let known = product.variant(variant);
        let article = known.map_or(&product.article, |variant| &variant.article);
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        let on = product.active && known.is_none_or(|variant| variant.active);
        [
            product.name.clone(),
            product.spec(variant).to_owned(),
            product.code(variant).to_owned(),
            article.barcodes.join(" "),
            number(product.price(variant, "")),
            number(product.cost(variant)),
            number(product.moved.get(&variant).copied()),
            product.category.clone(),
            if on { "on" } else { "off" }.to_owned(),
        ]
        .join("|")
    };
    let rows = |product: &Product| -> Vec<String> {
        let itself = product.variants.is_empty().then_some(0);
        product.variants.iter().map(|it| it.id).chain(itself).map(|variant| row(product, variant)).collect()
    };
    shop.products().iter().flat_map(rows).collect()
}

/// Imports a peer's file into a new shop, twice; the second time nothing changes.
fn import(name: &str, whose: Option<peer::Peer>, sheet: &str) -> (Plan, Vec<String>) {
    let at = domain::sheet::head::find(&typed(sheet), &domain::sheet::products::Column::ALL, &[]);
    let names = domain::sheet::head::names(&typed(sheet)[at]);
    assert_eq!(peer::of_products(&names), whose, "{name}");
    let mut shop = Shop::default();
    let plan = shop.import(sheet);
    let table = table(&shop);
    println!("\n{name}: {} products, {} articles", shop.products().len(), table.len());
    table.iter().for_each(|row| println!("  {row}"));
    (plan, table)
}

#[test]
fn s1_shopify() {
    let (plan, table) = import(
        "Shopify",
        Some(peer::Peer::Shopify),
        "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Cost per item,Status\n\
         linen-apron,Linen Apron,\"<p>Washed.\nMade to last.</p>\",Hillside,,Kitchen,\"a, b\",true,Size,S,Color,Sand,,,LA-S-SND,300,shopify,4,38.00,,'0712345000018,https://x/a.jpg,1,14.20,active\n\
         linen-apron,,,,,,,,,S,,Ink,,,LA-S-INK,,shopify,2,38.00,,'0712345000025,https://x/b.jpg,2,14.20,\n\
         linen-apron,,,,,,,,,M,,Sand,,,LA-M-SND,,shopify,-1,41.50,,'0712345000032,,,15.00,\n\
         linen-apron,,,,,,,,,,,,,,,,,,,,,https://x/c.jpg,3,,\n\
         oak-board,Oak Board,,Hillside,Home > Kitchen > Boards,,,true,Title,Default Title,,,,,OB-1,1200,shopify,7,52.00,60.00,'0712345000049,https://x/d.jpg,,21.75,active\n\
         gift,Gift Wrap,,Hillside,,Kitchen,,true,Title,Default Title,,,,,,0,,0,3.00,,,,,,active\n\
         old-mug,Old Mug,,Hillside,,Kitchen,,false,Size,S,,,,,OM-S,,shopify,3,9.50,,,,,,draft\n\
         old-mug,,,,,,,,,M,,,,,OM-M,,shopify,1,9.50,,,,,,\n",
    );
    assert_eq!(
        table,
        [
            "Linen Apron|S / Sand|LA-S-SND|0712345000018|3800|1420|4|Kitchen|on",
            "Linen Apron|S / Ink|LA-S-INK|0712345000025|3800|1420|2|Kitchen|on",
            "Linen Apron|M / Sand|LA-M-SND|0712345000032|4150|1500|-1|Kitchen|on",
            "Oak Board||OB-1|0712345000049|5200|2175|7|Boards|on",
            "Gift Wrap||||300|||Kitchen|on",
            "Old Mug|S|OM-S||950||3|Kitchen|off",
            "Old Mug|M|OM-M||950||1|Kitchen|off",
        ]
    );
    assert_eq!(plan.reports[3].outcome, Outcome::LeftOut(Left::Picture));
    // Only some of its columns, and the handle between.
    let (plan, table) = import(
        "Shopify, some columns",
        Some(peer::Peer::Shopify),
        "Handle,Title,Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Status\n\
         hemp-bag,Hemp Bag,Hillside,Bags,true,Size,Small,HB-S,4,12.00,0712345000056,active\n\
         hemp-bag,,,,,,Medium,HB-M,5,14.00,0712345000063,\n\
         hemp-bag,,,,,,Large,HB-L,6,16.00,0712345000070,\n",
    );
    assert_eq!((plan.counts(), table.len()), (counts(3, 0, 0, 0), 3));
    assert_eq!(table[2], "Hemp Bag|Large|HB-L|0712345000070|1600||6|Bags|on");
    // Its newer heads.
    let (_, table) = import(
        "Shopify, newer heads",
        Some(peer::Peer::Shopify),
        "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Option2 name,Option2 value,Price,Compare-at price,Cost per item,Inventory tracker,Inventory quantity,Product image URL\n\
         Hemp Bag,hemp-bag,,H,,Bags,,TRUE,Active,HB-S,0712345000056,Size,Small,,,12.00,,5,shopify,4,https://x/1.jpg\n\
         ,hemp-bag,,,,,,,,HB-M,,Size,Medium,,,14.00,,5,shopify,5,\n\
         ,hemp-bag,,,,,,,,,,,,,,,,,,,https://x/2.jpg\n",
    );
    assert_eq!(
        table,
        ["Hemp Bag|Small|HB-S|0712345000056|1200|500|4|Bags|on", "Hemp Bag|Medium|HB-M||1400|500|5|Bags|on"]
    );
}

#[test]
fn s2_woocommerce() {
    let (plan, table) = import(
        "WooCommerce",
        Some(peer::Peer::WooCommerce),
        "\u{feff}ID,Type,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,Is featured?,Visibility in catalog,Tax status,In stock?,Stock,Weight (kg),Sale price,Regular price,Categories,Parent,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 2 name,Attribute 2 value(s)\n\
         101,simple,HONEY-250,5012345000017,Heather Honey 250 g,1,0,visible,taxable,1,24,0.4,,6.50,\"Honey, Honey > Jars\",,0,,,,,\n\
         102,\"simple, virtual\",HONEY-500,5012345000024,Salt &amp; Honey,1,0,visible,taxable,1,11,0.75,10.00,11.50,Honey,,0,Jar,\"Glass, Tin\",1,,\n\
         103,variable,CANDLE,,Beeswax Candle,1,0,visible,taxable,1,,,,,Candles,,0,Height,\"10 cm, 20 cm\",1,Colour,\"Red, Blue\"\n\
         104,variation,CANDLE-10,,Beeswax Candle - 10 cm,1,0,visible,taxable,1,8,,,4.20,,CANDLE,1,Height,10 cm,,Colour,Red\n\
         105,variation,CANDLE-20,,Beeswax Candle - 20 cm,1,0,visible,taxable,0,0,,,7.80,,id:103,2,Height,20 cm,,Colour,Blue\n\
         106,variable,,,Tray,-1,0,visible,taxable,1,,,,,,,0,,,,,\n\
         107,variation,TRAY-S,,Tray - S,1,0,visible,taxable,1,parent,,,5,,id:106,1,,,,,\n",
    );
    assert_eq!(
        table,
        [
            "Heather Honey 250 g||HONEY-250|5012345000017|650||24|Honey|on",
            "Salt & Honey||HONEY-500|5012345000024|1150||11|Honey|on",
            "Beeswax Candle|10 cm / Red|CANDLE-10||420||8|Candles|on",
            "Beeswax Candle|20 cm / Blue|CANDLE-20||780||0|Candles|on",
            "Tray|S|TRAY-S||500||||off",
        ]
    );
    assert_eq!((plan.counts().left, plan.reports[2].outcome.clone()), (2, Outcome::LeftOut(Left::Parent)));
}

/// R1: woocommerce/woocommerce#20430, #19596, #24963: an export is written in the shop's language, and its variations
/// are lost where only English is understood.
#[test]
fn r1_woocommerce_in_other_languages() {
    for head in [
        "ID,Typ,Artikelnummer,\"GTIN, UPC, EAN oder ISBN\",Name,Veröffentlicht,Vorrätig?,Bestand,Gewicht (kg),Angebotspreis,Regulärer Preis,Kategorien,Übergeordnetes Produkt,Position,Attribut 1 Name,Attribut 1 Wert(e)",
        "ID,Typ,Artikelnummer,\"GTIN, UPC, EAN oder ISBN\",Name,Veröffentlicht,Auf Lager?,Lager,Gewicht (kg),Angebotspreis,Regulärer Preis,Kategorien,Übergeordnet,Position,Attribut 1 Name,Attribut 1 Wert(e)",
        "ID,Type,UGS,\"GTIN, UPC, EAN ou ISBN\",Nom,Publié,En stock ?,Stock,Poids (kg),Tarif promo,Tarif régulier,Catégories,Parent,Position,Nom de l’attribut 1,Valeur(s) de l’attribut 1 ",
        "ID,Tipo,SKU,\"GTIN, UPC, EAN o ISBN\",Nombre,Publicado,¿Existencias?,Inventario,Peso (kg),Precio rebajado,Precio normal,Categorías,Superior,Posición,Nombre del atributo 1,Valor(es) del atributo 1",
        "ID,类型,SKU,GTIN、UPC、EAN 或 ISBN,名称,已发布,有货？,库存,重量 (kg),促销价格,常规售价,分类,父级,位置,属性 1 名称,属性 1 值",
        "ID,Type,SKU,GTIN, Name, Published,In stock?,Stock,Weight (kg),Sale price,Regular price,Categories,Parent,Position, Attribute 1 name, Attribute 1 value(s)",
    ] {
        let sheet = format!(
            "{head}\n\
             10,simple,HONEY,4006381333931,Honey,1,1,12,0.5,,8.5,Food > Honey,,0,,\n\
             11,variable,SHIRT,,Shirt,1,1,,,,,Wear,,0,Size,\"M, L\"\n\
             12,variation,SHIRT-M,,Shirt - M,1,1,4,,,39.9,,SHIRT,1,Size,M\n\
             13,variation,SHIRT-L,,Shirt - L,1,0,0,,,42,,id:11,2,Size,L\n"
        );
        let (_, table) = import("WooCommerce", Some(peer::Peer::WooCommerce), &sheet);
        assert_eq!(
            table,
            [
                "Honey||HONEY|4006381333931|850||12|Food > Honey|on",
                "Shirt|M|SHIRT-M||3990||4|Wear|on",
                "Shirt|L|SHIRT-L||4200||0|Wear|on",
            ],
            "{head}"
        );
    }
}

#[test]
fn s3_square() {
    let (_, table) = import(
        "Square",
        Some(peer::Peer::Square),
        "Reference Handle,Token,Item Name,Variation Name,SKU,Description,Categories,Reporting Category,GTIN,Item Type,Weight (lb),Archived,Sellable,Stockable,Option Name 1,Option Value 1,Price,Online Sale Price,Default Unit Cost,Current Quantity Main Street,New Quantity Main Street,Stock Alert Enabled Main Street,Price Main Street\n\
         #espresso,TOK1,Espresso,Regular,ESP,Strong,Drinks,Drinks,,Physical,,N,Y,Y,,,2.80,,0.60,40,,N,\n\
         #tee,TOK2,Tee,\"Small, Red\",TEE-S-R,,\"Wear (Clothes), Sale\",Wear,0712345000018,Physical,,N,Y,Y,Size,Small,15.00,,6,3,,N,\n\
         #tee,TOK3,Tee,\"Large, Red\",TEE-L-R,,\"Wear (Clothes), Sale\",Wear,0712345000025,Physical,,N,Y,Y,Size,Large,17.00,,6,4,,N,\n\
         #tip,TOK4,Tip jar,Regular,,,,,,Physical,,Y,Y,N,,,variable,,,,,N,\n\
         #mug,TOK5,Mug,Regular,MUG,,\"Cups, Sale\",,,Physical,,N,Y,Y,,,9,,,,,N,\n",
    );
    assert_eq!(
        table,
        [
            "Espresso||ESP||280|60|40|Drinks|on",
            "Tee|Small, Red|TEE-S-R|0712345000018|1500|600|3|Wear|on",
            "Tee|Large, Red|TEE-L-R|0712345000025|1700|600|4|Wear|on",
            "Tip jar||||||||off",
            "Mug||MUG||900|||Cups|on",
        ]
    );
}

#[test]
fn s4_taobao() {
    let (_, table) = import(
        "淘宝助理",
        Some(peer::Peer::Taobao),
        "version 1.00\n\
         title\tcid\tseller_cids\tprice\tnum\tskuProps\tpropAlias\touter_id\tbarcode\tsku_barcode\tdescription\n\
         宝贝名称\t宝贝类目\t店铺类目\t宝贝价格\t宝贝数量\t销售属性组合\t销售属性别名\t商家编码\t商品条形码\tsku条形码\t宝贝描述\n\
         \"明前龙井 100克\"\t50015978\t\"\"\t128.00\t36\t\"\"\t\"\"\t\"LJ-100\"\t\"6901234500017\"\t\"\"\t\"<p>手工</p>\"\n\
         \"棉T恤\"\t50000671\t\"\"\t59.00\t9\t\"59:4:TX-R-S:1627207:28320;20509:28314;65:5:TX-B-M:1627207:28321;20509:28315;\"\t\"1627207:28320:红;1627207:28321:蓝;20509:28314:S;20509:28315:M;\"\t\"TX\"\t\"\"\t\"6901234500031;6901234500048\"\t\"\"\n\
         \"帆布包\"\t50006842\t\"\"\t39.00\t7\t\"39:3:BAG-1:1627207:3232483;39:4:BAG-2:1627207:3232484;\"\t\"\"\t\"\"\t\"\"\t\"\"\t\"\"\n",
    );
    assert_eq!(
        table,
        [
            "明前龙井 100克||LJ-100|6901234500017|12800||36||on",
            "棉T恤|红 / S|TX-R-S|6901234500031|5900||4||on",
            "棉T恤|蓝 / M|TX-B-M|6901234500048|6500||5||on",
            "帆布包|BAG-1|BAG-1||3900||3||on",
            "帆布包|BAG-2|BAG-2||3900||4||on",
        ]
    );
}

#[test]
fn s6_a_till() {
    let (_, table) = import(
        "a Chinese till",
        None,
        "名称（必填）,分类（必填）,条码（必填）,规格,主单位,库存量（必填）,进货价（必填）,销售价（必填）,批发价,会员价,商品状态,供货商\n\
         明前龙井,茶叶,6901234500017,100克/罐,罐,36,72.5,128,110,118,启用,山里\n\
         散装话梅,蜜饯,0200001,,公斤,8.25,18,36,,,启用,\n\
         青团𫖮,点心,6901234500031,6只,盒,0,9.9,19.9,,,停用,\n",
    );
    assert_eq!(
        table,
        [
            "明前龙井|100克/罐||6901234500017|12800|7250|36|茶叶|on",
            "散装话梅|||0200001|3600|1800|8250|蜜饯|on",
            "青团𫖮|6只||6901234500031|1990|990|0|点心|off",
        ]
    );
}

#[test]
fn s7_a_listing_of_more_articles_than_there_are_is_not_unfolded() {
    let many: Vec<String> = (0..300).map(|nth| format!("V{nth}")).collect();
    let many = many.join(",");
    let sheet = format!(
        "TITLE,PRICE,QUANTITY,VARIATION 1 TYPE,VARIATION 1 VALUES,VARIATION 2 TYPE,VARIATION 2 VALUES,SKU\n\
         Mug,18.00,5,Colour,\"{many}\",Size,\"{many}\",MUG\n"
    );
    let mut shop = Shop::default();
    assert_eq!(shop.import(&sheet).reports.len(), 1);
}

#[test]
fn s7_etsy() {
    let (plan, table) = import(
        "Etsy",
        Some(peer::Peer::Etsy),
        "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,VARIATION 1 TYPE,VARIATION 1 NAME,VARIATION 1 VALUES,VARIATION 2 TYPE,VARIATION 2 NAME,VARIATION 2 VALUES,SKU\n\
         \"Handmade Mug, Speckled\",\"One\nTwo\",24.00,GBP,7,\"a,b\",clay,https://x/1.jpg,Custom,Colour,\"Blue,Green\",,,,\"MUG-BLU,MUG-GRN\"\n\
         Tom&#39;s Print,A,16.00,GBP,5,p,paper,,,,,,,,FERN-1\n\
         Ring,A,30.00,GBP,4,p,silver,,Custom,Metal,\"Gold,Silver\",Custom,Size,\"S,M\",\"R1,R2,R3,R4\"\n\
         Bowl,A,9.00,GBP,4,p,wood,,Custom,Wood,\"Oak,Ash\",,,,B1\n",
    );
    assert_eq!(
        table,
        [
            "Handmade Mug, Speckled|Blue|MUG-BLU||2400||||on",
            "Handmade Mug, Speckled|Green|MUG-GRN||2400||||on",
            "Tom's Print||FERN-1||1600||5||on",
            "Ring|Gold / S|R1||3000||||on",
            "Ring|Gold / M|R2||3000||||on",
            "Ring|Silver / S|R3||3000||||on",
            "Ring|Silver / M|R4||3000||||on",
            "Bowl|Oak|||900||||on",
            "Bowl|Ash|||900||||on",
        ]
    );
    assert_eq!(plan.reports[0].remarks, [Remark::InAll("7".into())], "seven of both together: said, not guessed");
}

#[test]
fn s8_malls_and_tills_of_china() {
    let (_, table) = import(
        "有赞",
        Some(peer::Peer::Youzan),
        "商品ID,商品名称,商品编码,商品分组,商品类型,规格,规格编码,规格条码,价格（元）,成本价（元）,库存,销量\n\
         1001,手工皂,SOAP,洗护;热卖,实物商品,香味:薰衣草;大小:100g,SOAP-L,6901234500055,28.00,9,12,3\n\
         1001,手工皂,SOAP,洗护;热卖,实物商品,香味:玫瑰;大小:100g,SOAP-R,-,28.00,9,8,1\n\
         1002,肥皂盒,BOX,洗护,实物商品,-,-,-,15.00,4,20,0\n",
    );
    assert_eq!(
        table,
        [
            "手工皂|薰衣草 / 100g|SOAP-L|6901234500055|2800|900|12|洗护|on",
            "手工皂|玫瑰 / 100g|SOAP-R||2800|900|8|洗护|on",
            "肥皂盒||BOX||1500|400|20|洗护|on",
        ]
    );
    let (_, table) = import(
        "微店",
        Some(peer::Peer::Weidian),
        "商品ID,商品标题,商品型号,商品编码,型号编码,价格,库存,商品分类,状态\n\
         7001,陶杯,白色,CUP,CUP-W,45,6,杯子,出售中\n\
         7001,陶杯,蓝色,CUP,CUP-B,48,2,杯子,出售中\n\
         7002,茶盘,,TRAY,,88,1,茶具,已下架\n",
    );
    assert_eq!(
        table,
        ["陶杯|白色|CUP-W||4500||6|杯子|on", "陶杯|蓝色|CUP-B||4800||2|杯子|on", "茶盘||TRAY||8800||1|茶具|off",]
    );
    let (_, table) = import(
        "秦丝",
        Some(peer::Peer::Qinsi),
        "货号,品名,颜色,尺码,条码,单位,库存,进价,批发价,零售价,会员价,分类\n\
         A100,连衣裙,红,S,6901234500062,件,3,60,99,159,149,女装\n\
         A100,连衣裙,红,M,6901234500079,件,5,60,99,159,149,女装\n\
         A100,连衣裙,蓝,S,6901234500086,件,0,60,99,169,149,女装\n\
         A200,围巾,均色,均码,,条,12,10,20,39,35,配饰\n\
         合计,,,,,,20,,,,,\n",
    );
    assert_eq!(
        table,
        [
            "连衣裙|红 / S|A100|6901234500062|15900|6000|3|女装|on",
            "连衣裙|红 / M|A100|6901234500079|15900|6000|5|女装|on",
            "连衣裙|蓝 / S|A100|6901234500086|16900|6000|0|女装|on",
            "围巾|均色 / 均码|A200||3900|1000|12|配饰|on",
        ]
    );
    let (_, table) = import(
        "管家婆",
        Some(peer::Peer::Guanjiapo),
        "商品列表\n商品编号,商品全名,规格,型号,产地,基本单位,条码,库存数量,最近进价,批发价,零售价,预设售价1\n\
         001001,保温杯,500ml,,浙江,个,6901234500093,30,25,40,59,55\n\
         001002,散装瓜子,,,安徽,公斤,,12.5,9,12,16,15\n\
         ,合计,,,,,,42.5,,,,\n",
    );
    assert_eq!(table, ["保温杯|500ml|001001|6901234500093|5900|2500|30||on", "散装瓜子||001002||1600|900|12500||on",]);
}

#[test]
fn s8_loyverse() {
    let (_, table) = import(
        "Loyverse",
        Some(peer::Peer::Loyverse),
        "Handle,SKU,Name,Category,Description,Sold by weight,Option 1 name,Option 1 value,Option 2 name,Option 2 value,Option 3 name,Option 3 value,Cost,Barcode,SKU of included item,Quantity of included item,Track stock,Available for sale [Market],Price [Market],In stock [Market],Low stock [Market]\n\
         latte,10001,Latte,Coffee,,N,Size,Small,,,,,1.00,,,,Y,Y,3.00,20,\n\
         latte,10002,,,,,,Large,,,,,1.20,,,,Y,Y,3.60,15,\n\
         nuts,10003,Nuts,Snacks,,Y,,,,,,,9.00,2000001,,,Y,Y,18.50,\"2.500\",\n\
         wrap,10004,Wrapping,,,N,,,,,,,0.10,,,,N,N,variable,,\n\
         set,10005,Set,Coffee,,N,,,,,,,0,,10001,1,N,Y,9.00,,\n\
         set,,,,,,,,,,,,,,10003,0.5,,,,,\n",
    );
    assert_eq!(
        table,
        [
            "Latte|Small|10001||300|100|20|Coffee|on",
            "Latte|Large|10002||360|120|15|Coffee|on",
            "Nuts||10003|2000001|1850|900|2500|Snacks|on",
            "Wrapping||10004|||10|||off",
            "Set||10005||900|0||Coffee|on",
        ]
    );
}

/// R32: fahadmahmood8/stock-locations-for-woocommerce#48, solidusio-contrib/solidus_importer PR 77: stock of several
/// stores.
#[test]
fn r32_what_several_stores_have_is_one_stock() {
    let (_, table) = import(
        "Loyverse, two stores",
        Some(peer::Peer::Loyverse),
        "Handle,SKU,Name,Category,Sold by weight,Option 1 name,Option 1 value,Cost,Barcode,SKU of included item,Track stock,Available for sale [Market],Price [Market],In stock [Market],Low stock [Market],Available for sale [Shop],Price [Shop],In stock [Shop],Low stock [Shop]\n\
         latte,10001,Latte,Coffee,N,Size,Small,1.00,,,Y,Y,3.00,20,5,Y,3.50,7,\n\
         latte,10002,,,,,Large,1.20,,,Y,N,,,,Y,3.60,15,\n\
         nuts,10003,Nuts,Snacks,Y,,,9,2000001,,Y,N,variable,0,,Y,18.50,2.5,\n\
         old,10004,Old,Snacks,N,,,1,,,N,N,2,,,N,2,,\n",
    );
    assert_eq!(
        table,
        [
            "Latte|Small|10001||300|100|27|Coffee|on",
            "Latte|Large|10002||360|120|15|Coffee|on",
            "Nuts||10003|2000001|1850|900|2500|Snacks|on",
            "Old||10004||200|100||Snacks|off",
        ]
    );
    let (_, table) = import(
        "Square, two locations",
        Some(peer::Peer::Square),
        "Token,Item Name,Variation Name,SKU,Reporting Category,GTIN,Price,Enabled Hill,Current Quantity Hill,New Quantity Hill,Enabled Market,Current Quantity Market,New Quantity Market,Archived\n\
         AB,Honey,250 g,H-250,Honey,5012345000017,6.50,Y,20,,Y,7,,N\n\
         CD,Honey,500 g,H-500,Honey,,11.00,Y,,,Y,3,,N\n",
    );
    assert_eq!(table, ["Honey|250 g|H-250|5012345000017|650||27|Honey|on", "Honey|500 g|H-500||1100||3|Honey|on"]);
}

/// R33: the exports of people whose program speaks another language.
#[test]
fn r33_peers_in_other_languages() {
    let (_, table) = import(
        "Loyverse, Spanish",
        Some(peer::Peer::Loyverse),
        "Handle,REF,Nombre,Categoria,Descripción,Vendido por peso,Nombre de la opción 1,Valor de la opción 1,Coste,Código de barras,REF del artículo incluido,Cantidad del artículo incluido,Seguir el inventario,Disponible para la venta [Mercado],Precio [Mercado],En inventario [Mercado],Existencias bajas [Mercado]\n\
         latte,10001,Latte,Cafés,,N,Tamaño,Chico,1.00,,,,S,S,3.00,20,\n\
         latte,10002,,,,,,Grande,1.20,,,,S,S,3.60,15,\n\
         nuez,10003,Nueces,Secos,,Sí,,,9.00,2000001,,,S,S,18.50,2.500,\n\
         papel,10004,Papel,,,N,,,0.10,,,,N,N,variable,,\n",
    );
    assert_eq!(
        table,
        [
            "Latte|Chico|10001||300|100|20|Cafés|on",
            "Latte|Grande|10002||360|120|15|Cafés|on",
            "Nueces||10003|2000001|1850|900|2500|Secos|on",
            "Papel||10004|||10|||off",
        ]
    );
    let (plan, table) = import(
        "Etsy, German",
        Some(peer::Peer::Etsy),
        "TITEL,BESCHREIBUNG,PREIS,WÄHRUNGSCODE,ANZAHL,TAGS,MATERIALIEN,BILD1,VARIATION 1 TYP,VARIATION 1 NAME,VARIATION 1 WERTE,VARIATION 2 TYP,VARIATION 2 NAME,VARIATION 2 WERTE,ARTIKELNUMMER\n\
         Steinbecher,\"Gut, fest\",24.00,EUR,9,\"becher,ton\",Ton,https://x,Farbe,Farbe,\"Blau,Grün\",,,,\"MUG-B,MUG-G\"\n\
         Leinenschürze,Weich,38.50,EUR,4,,Leinen,https://x,,,,,,,AP-1\n",
    );
    assert_eq!(
        table,
        [
            "Steinbecher|Blau|MUG-B||2400||||on",
            "Steinbecher|Grün|MUG-G||2400||||on",
            "Leinenschürze||AP-1||3850||4||on"
        ]
    );
    assert_eq!(plan.reports[0].remarks, [Remark::InAll("9".into())]);
    let (_, table) = import(
        "Etsy, three variations, French",
        Some(peer::Peer::Etsy),
        "TITRE,DESCRIPTION,PRIX,CODE DEVISE,QUANTITÉ,MATÉRIAUX,VALEURS DE VARIATION 1,VALEURS DE VARIATION 2,VALEURS DE VARIATION 3,SKU\n\
         Tasse,a,24.00,EUR,,terre,\"Bleu,Vert\",Grand,\"Mat,Brillant\",\"1,2,3,4\"\n",
    );
    assert_eq!(table[1], "Tasse|Bleu / Grand / Brillant|2||2400||||on");
    // Its sold orders, with the buyers.
    let orders = "Vollständiger Name,Vorname,Nachname,Straße 1,Straße 2,Ort,Bundesland,PLZ,Land";
    let names: Vec<String> = orders.split(',').map(str::to_owned).collect();
    assert!(customers::guess(&names).iter().all(Option::is_some), "{:?}", customers::guess(&names));
    assert_eq!(table.len(), 4);
}

/// R34: medusajs/medusa#9357: the quantity is not read; and a column of prices for each currency.
#[test]
fn r34_medusa() {
    let (_, table) = import(
        "Medusa",
        Some(peer::Peer::Medusa),
        "Product Id,Product Handle,Product Title,Product Subtitle,Product Status,Product Type,Variant Id,Variant Title,Variant SKU,Variant Barcode,Variant Inventory Quantity,Variant Manage Inventory,Variant Price EUR,Variant Price CNY,Option 1 Name,Option 1 Value,Option 2 Name,Option 2 Value\n\
         prod_1,linen-apron,Linen Apron,Soft,published,Textile,variant_1,S / Ink,LA-S-INK,0712345000018,4,true,38.5,300,Size,S,Colour,Ink\n\
         prod_1,linen-apron,Linen Apron,Soft,published,Textile,variant_2,M / Ink,LA-M-INK,,0,true,38.5,310,Size,M,Colour,Ink\n\
         prod_2,oak-board,Oak Board,,draft,,variant_3,Default variant,OB-1,,7,false,52,400,Default option,Default option value,,\n",
    );
    assert_eq!(
        table,
        [
            "Linen Apron|S / Ink|LA-S-INK|0712345000018|30000||4|Textile|on",
            "Linen Apron|M / Ink|LA-M-INK||31000||0|Textile|on",
            "Oak Board||OB-1||40000||||off",
        ]
    );
}
