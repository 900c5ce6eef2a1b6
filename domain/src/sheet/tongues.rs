//! Names of columns in German, French, Spanish, Italian, Portuguese and Dutch, and those of WooCommerce in Chinese, each
//! as the English one that means the same: programs write their exports in the language of whoever asks for them.

/// English names, each with those that mean the same, without accents and spaces; `#` is a number.
const NAMES: &[(&str, &[&str])] = &[
    ("name", &["nom", "nombre", "nome", "naam", "bezeichnung"]),
    (
        "productname",
        &["produktname", "nombredelproducto", "nomduproduit", "nomeprodotto", "nomedoproduto", "productnaam"],
    ),
    ("product", &["produkt", "producto", "produit", "prodotto", "produto"]),
    ("itemname", &["artikelname", "artikelbezeichnung"]),
    ("item", &["artikel", "articulo", "article", "articolo", "artigo"]),
    ("title", &["titel", "titre", "titulo", "titolo"]),
    ("type", &["typ", "tipo"]),
    ("sku", &["artikelnummer", "artikelnr", "artnr", "ugs", "referencia", "reference", "riferimento", "ref", "codart"]),
    ("code", &["codigo", "codice", "kode", "kod"]),
    (
        "barcode",
        &[
            "strichcode",
            "codigodebarras",
            "codigobarras",
            "codebarres",
            "codebarre",
            "codeabarres",
            "codiceabarre",
            "streepjescode",
        ],
    ),
    ("price", &["preis", "precio", "prix", "prezzo", "preco", "prijs"]),
    (
        "retailprice",
        &[
            "verkaufspreis",
            "vkpreis",
            "vk",
            "preciodeventa",
            "precioventa",
            "prixdevente",
            "prezzodivendita",
            "precodevenda",
            "verkoopprijs",
        ],
    ),
    (
        "regularprice",
        &[
            "regularerpreis",
            "tarifregulier",
            "precionormal",
            "prezzodilistino",
            "preconormal",
            "precoregular",
            "reguliereprijs",
            "常规售价",
        ],
    ),
    (
        "saleprice",
        &[
            "angebotspreis",
            "tarifpromo",
            "preciorebajado",
            "prezzoinofferta",
            "precopromocional",
            "actieprijs",
            "促销价格",
        ],
    ),
    ("cost", &["kosten", "coste", "costo", "cout", "custo"]),
    (
        "purchaseprice",
        &[
            "einkaufspreis",
            "ekpreis",
            "ek",
            "preciodecompra",
            "preciocompra",
            "prixdachat",
            "prezzodiacquisto",
            "precodecompra",
            "inkoopprijs",
        ],
    ),
    (
        "stock",
        &[
            "bestand",
            "lager",
            "lagerbestand",
            "existencias",
            "inventario",
            "estoque",
            "giacenza",
            "magazzino",
            "voorraad",
        ],
    ),
    ("quantity", &["menge", "anzahl", "stuckzahl", "cantidad", "quantite", "quantita", "quantidade", "aantal"]),
    ("category", &["kategorie", "warengruppe", "categoria", "categorie", "famille", "rubrique"]),
    ("categories", &["kategorien", "categorias"]),
    ("unit", &["einheit", "mengeneinheit", "unidad", "unite", "unita", "unidade", "eenheid"]),
    ("size", &["grosse", "talla", "tamano", "taille", "taglia", "tamanho", "maat"]),
    ("color", &["farbe", "couleur", "colore", "cor", "kleur"]),
    ("variant", &["variante", "varianten", "variacion"]),
    ("note", &["notiz", "bemerkung", "anmerkung", "nota", "notas", "remarque", "observaciones", "opmerking"]),
    ("published", &["veroffentlicht", "publie", "publicado", "pubblicato", "gepubliceerd", "已发布"]),
    (
        "parent",
        &["ubergeordnet", "ubergeordnetesprodukt", "superior", "genitore", "ascendente", "bovenliggend", "父级"],
    ),
    (
        "attribute#name",
        &[
            "attribut#name",
            "nomdelattribut#",
            "nombredelatributo#",
            "nomedellattributo#",
            "nomedoatributo#",
            "naameigenschap#",
            "属性#名称",
        ],
    ),
    (
        "attribute#value",
        &[
            "attribut#wert",
            "valeurdelattribut#",
            "valordelatributo#",
            "valoredellattributo#",
            "valordoatributo#",
            "waardeeigenschap#",
            "属性#值",
        ],
    ),
    ("firstname", &["vorname", "prenom", "nombredepila", "primeironome", "voornaam"]),
    (
        "lastname",
        &[
            "nachname",
            "familienname",
            "nomdefamille",
            "apellido",
            "apellidos",
            "cognome",
            "sobrenome",
            "apelido",
            "achternaam",
        ],
    ),
    ("customername", &["kunde", "kundenname", "client", "cliente", "nomduclient", "nombredelcliente", "klant"]),
    ("company", &["firma", "unternehmen", "societe", "entreprise", "empresa", "azienda", "bedrijf"]),
    ("phone", &["telefon", "telefonnummer", "telefono", "telefone", "telephone", "tel", "telefoon"]),
    (
        "mobile",
        &[
            "handy",
            "mobil",
            "mobilnummer",
            "mobiltelefon",
            "movil",
            "celular",
            "portable",
            "cellulare",
            "telemovel",
            "mobiel",
        ],
    ),
    ("address", &["adresse", "anschrift", "direccion", "indirizzo", "endereco", "adres"]),
    ("street", &["strasse", "rue", "calle", "rua", "straat"]),
    ("city", &["ort", "stadt", "ville", "ciudad", "citta", "cidade", "localidad", "plaats", "woonplaats"]),
    ("state", &["bundesland", "provincia", "departement"]),
    ("postcode", &["plz", "postleitzahl", "codepostal", "codigopostal", "cap", "cep"]),
    ("total", &["gesamt", "gesamtsumme", "summe", "suma", "totale", "totaal"]),
    ("country", &["land", "pays", "pais", "paese"]),
];

/// A letter without its accent.
pub fn plain(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        letter => letter,
    }
}

/// The English name that means the same as this folded one, if it is of another language.
pub fn english(name: &str) -> Option<String> {
    let shape: String = name.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    let (english, _) = NAMES.iter().find(|(_, others)| others.contains(&shape.as_str()))?;
    let number: String = name.chars().filter(char::is_ascii_digit).collect();
    Some(english.replace('#', &number))
}
