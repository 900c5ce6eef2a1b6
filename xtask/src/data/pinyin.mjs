// Prints every character that the app knows the reading of, and its readings: those of GB 2312 and the common ones of
// Big5, and what people are named with beyond them. The package's path is the argument.
const { pinyin } = await import(process.argv[1]);

const NAMES = "喆堃玥珺璟昇瑀祎旻昉晞暄翀翊炘烜煊燚焱琤琦琰珩珮珈瑄瑭璐璠璇翚赟郗邰鄢夔妤妧婳媞嫄嬿孖宓峣嵚巖彧徳忞怿恺悫扆攸昕昶晗晟晢暘" +
  "朘杺枍柘栢梽棽榕槿橦歆汐沄沅沚泓浠涴淏淼湉湜溦滢漪潆澍濛炅烨熠燊爔牧犇玘玙玚珏珣琇琎瑢瑧甯畹眙睿砚禛禤稘窈竑笪筠箐粲翯耘肸艺芃芮苡" +
  "茜荃荞荥菀菡萱葳蓁蓉蔺蕙薇蘅虓蛟衎裎谞豊贇贠赪逄逯邈邴郄郜郯鄞酆釂釗鋆鎏鏵钇钊钐钦钰铖铠锜锳镕镛閆闫隗雒雯霏霭靓靖頔顼颀颉颢飏馥駃騛骁骅骐" +
  "骥鸢麒麟黟鼐龑龢㛃㛹㴖䶮仝仵佟佴佶侔俣倓偲傒冉冼刁刘勐卞厍叒叶吔呙咎哿啚喬嘏囝圳埗埕埔塱墩墘垚堉壎壦夆夼奀姒姚姝姞娅娓娸娴婧婕婠媛嫕嫣" +
  "孌孓宬寔尕尧屾岍岙岽峄峂崃崚嵊巍巳帑庹廖弁彣彤徕徵忻怡怼恽惇惠愔愫慜戬扈扊拏挈揆撖攽敉斐斓旎旖昀昊昱晁晏晔晖晙晞晴暐暕曈曦";
const read = new Map();
const add = (text) => {
  for (const character of text) if (/\p{Script=Han}/u.test(character)) read.set(character, null);
};
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const [gb, big5] = [new TextDecoder("gbk"), new TextDecoder("big5")];
for (const high of range(0xb0, 0xf7)) for (const low of range(0xa1, 0xfe)) add(gb.decode(Uint8Array.of(high, low)));
for (const high of range(0xa4, 0xc6)) {
  for (const low of [...range(0x40, 0x7e), ...range(0xa1, 0xfe)]) {
    if (high < 0xc6 || low <= 0x7e) add(big5.decode(Uint8Array.of(high, low)));
  }
}
add(NAMES);

const plain = (reading) => reading.toLowerCase().replaceAll("ü", "v");
for (const character of [...read.keys()].sort()) {
  const all = pinyin(character, { multiple: true, toneType: "none", type: "array" });
  const readings = new Set([pinyin(character, { mode: "surname", toneType: "none" }), ...all].map(plain));
  const known = [...readings].filter((reading) => /^[a-z]+$/.test(reading));
  if (known.length > 0) console.log(character, known.join(" "));
}
