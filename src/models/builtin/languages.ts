import { answer, type Part } from "./skill.ts";
import { plainOf } from "./text.ts";
import type { Turn } from "./turn.ts";

/** What is said, once, in the language that was met. */
const ONLY_ENGLISH: Readonly<Record<string, string>> = {
  german: "Ich verstehe leider nur Englisch. Schreib mir gern auf Englisch, oder verbinde ein echtes Modell.",
  french: "Désolé, je ne comprends que l'anglais. Écrivez-moi en anglais, ou connectez un vrai modèle.",
  spanish: "Lo siento, solo entiendo inglés. Escríbeme en inglés, o conecta un modelo de verdad.",
  italian: "Mi dispiace, capisco solo l'inglese. Scrivimi in inglese, oppure collega un vero modello.",
  portuguese: "Desculpe, só entendo inglês. Escreva-me em inglês ou conecte um modelo de verdade.",
  dutch: "Sorry, ik versta alleen Engels. Schrijf me in het Engels, of verbind een echt model.",
  swedish: "Tyvärr förstår jag bara engelska. Skriv gärna på engelska, eller anslut en riktig modell.",
  polish: "Niestety rozumiem tylko angielski. Napisz po angielsku albo podłącz prawdziwy model.",
  turkish: "Üzgünüm, yalnızca İngilizce anlıyorum. Lütfen İngilizce yaz veya gerçek bir model bağla.",
  russian: "К сожалению, я понимаю только английский. Напишите по-английски или подключите настоящую модель.",
  ukrainian: "На жаль, я розумію лише англійську. Напишіть англійською або підключіть справжню модель.",
  greek: "Δυστυχώς καταλαβαίνω μόνο αγγλικά. Γράψτε μου στα αγγλικά ή συνδέστε ένα πραγματικό μοντέλο.",
  arabic: "عذرًا، أفهم الإنجليزية فقط. اكتب لي بالإنجليزية أو اربط نموذجًا حقيقيًا.",
  hebrew: "מצטער, אני מבין רק אנגלית. כתבו לי באנגלית או חברו מודל אמיתי.",
  hindi: "क्षमा करें, मैं केवल अंग्रेज़ी समझता हूँ। कृपया अंग्रेज़ी में लिखें या कोई असली मॉडल जोड़ें।",
  chinese: "抱歉，我只懂英语。请用英语写，或者连接一个真正的模型。",
  japanese: "すみません、英語しか分かりません。英語で書くか、本物のモデルを接続してください。",
  korean: "죄송하지만 저는 영어만 이해합니다. 영어로 쓰시거나 실제 모델을 연결해 주세요.",
  thai: "ขออภัย ฉันเข้าใจเฉพาะภาษาอังกฤษ โปรดเขียนเป็นภาษาอังกฤษหรือเชื่อมต่อโมเดลจริง",
};

const ENGLISH_LINE =
  '(In English: I hold a conversation in English only. A real model, once connected, speaks more: ask me "How do I use a real model?")';

const SCRIPTS: readonly [RegExp, string][] = [
  [/[\u3040-\u30ff]/u, "japanese"],
  [/\p{Script=Hangul}/u, "korean"],
  [/\p{Script=Han}/u, "chinese"],
  [/[іїєґІЇЄҐ]/u, "ukrainian"],
  [/\p{Script=Cyrillic}/u, "russian"],
  [/\p{Script=Greek}/u, "greek"],
  [/\p{Script=Arabic}/u, "arabic"],
  [/\p{Script=Hebrew}/u, "hebrew"],
  [/\p{Script=Devanagari}/u, "hindi"],
  [/\p{Script=Thai}/u, "thai"],
];

const set = (words: string): Set<string> => new Set(words.split(" "));
const COMMON: readonly [string, Set<string>][] = [
  [
    "german",
    set(
      "ich du er wir ihr bin bist ist sind nicht kein keine und oder aber der die das ein eine mein meine dein wie was wer wo warum wann heiße heisse geht dir mir mich dich kannst können hallo guten tag morgen abend danke bitte auf mit für von zu im auch noch schon sprichst deutsch wohne mag gerne liebe habe hast",
    ),
  ],
  [
    "french",
    set(
      "je tu il elle nous vous suis es est sommes êtes ne pas et ou mais le la les un une des mon ma mes ton votre comment quoi qui où pourquoi quand m'appelle t'appelles ça va bonjour bonsoir salut merci oui non avec pour dans sur aussi parlez parles français j'ai j'aime c'est s'il vous plaît quel quelle aime habite",
    ),
  ],
  [
    "spanish",
    set(
      "yo tú él ella nosotros soy eres es somos no y o pero el la los las un una mi mis tu cómo como qué quién dónde por cuándo me llamo te llamas estás estoy hola buenos días tardes noches gracias favor sí con para en también hablas español tengo gusta vivo puedes muy bien eso esta este",
    ),
  ],
  [
    "italian",
    set(
      "io tu lui lei noi sono sei è siamo non e o ma il lo la gli un una mio mia tuo come cosa chi dove perché quando mi chiamo ti chiami stai sto ciao buongiorno buonasera grazie prego sì con per anche parli italiano ho piace abito puoi molto bene questo questa",
    ),
  ],
  [
    "portuguese",
    set(
      "eu você ele ela nós sou és é somos não e ou mas o os as um uma meu minha seu como que quem onde porque quando me chamo está estou olá oi bom dia boa tarde noite obrigado obrigada sim com para em também fala português tenho gosto moro pode muito bem isso esta este",
    ),
  ],
  [
    "dutch",
    set(
      "ik jij je hij zij wij ben bent is zijn niet geen en of maar de het een mijn jouw hoe wat wie waar waarom wanneer heet gaat hallo goedemorgen goedendag dank bedankt alsjeblieft met voor van ook spreek nederlands heb hou woon kun kan goed dit dat",
    ),
  ],
  [
    "swedish",
    set(
      "jag du han hon vi är inte och eller men en ett min mitt din hur vad vem var varför när heter mår hej tack ja nej med för också talar svenska har gillar bor kan bra detta",
    ),
  ],
  [
    "polish",
    set(
      "ja ty on ona my jestem jesteś jest nie i lub ale mój moja twój jak co kto gdzie dlaczego kiedy nazywam się masz cześć dzień dobry dziękuję proszę tak z dla też mówisz po polsku mam lubię mieszkam możesz dobrze to",
    ),
  ],
  [
    "turkish",
    set(
      "ben sen o biz siz değil ve veya ama bir benim senin nasıl ne kim nerede neden zaman adım merhaba selam günaydın teşekkürler lütfen evet hayır için ile de türkçe var seviyorum yaşıyorum iyi bu nasılsın",
    ),
  ],
];
const ENGLISH = set(
  "the a an i you he she we they is are am was were do does did have has my your what who where when how why which and or but not no yes to of in on at for with about that this it me tell say can could would will please hello hi thanks as like so if from there be been more some any like mean means word called french german spanish italian",
);
const ALONE: Readonly<Record<string, string>> = {
  hallo: "german",
  "guten tag": "german",
  "guten morgen": "german",
  "guten abend": "german",
  danke: "german",
  "wie geht's": "german",
  tschüss: "german",
  bonjour: "french",
  bonsoir: "french",
  salut: "french",
  merci: "french",
  "ça va": "french",
  "au revoir": "french",
  hola: "spanish",
  gracias: "spanish",
  "buenos días": "spanish",
  "buenos dias": "spanish",
  adiós: "spanish",
  adios: "spanish",
  "qué tal": "spanish",
  buongiorno: "italian",
  grazie: "italian",
  "come stai": "italian",
  arrivederci: "italian",
  "buona sera": "italian",
  olá: "portuguese",
  obrigado: "portuguese",
  obrigada: "portuguese",
  "bom dia": "portuguese",
  "tudo bem": "portuguese",
  hej: "swedish",
  tack: "swedish",
  merhaba: "turkish",
  selam: "turkish",
  cześć: "polish",
  dziękuję: "polish",
  "dzień dobry": "polish",
  goedendag: "dutch",
  bedankt: "dutch",
  goedemorgen: "dutch",
};

/** The language that a text is written in where it is clearly not English. */
export function foreign(text: string): string | undefined {
  const sample = text.slice(0, 400);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return undefined;
  const others = sample.match(/[^\p{Script=Latin}\P{L}]/gu)?.length ?? 0;
  if (others / letters > 0.5) return SCRIPTS.find(([script]) => script.test(sample))?.[1];
  const plain = plainOf(sample);
  const words = plain.split(/[^\p{L}']+/u).filter((word) => word !== "");
  const alone = ALONE[words.join(" ")];
  if (alone) return alone;
  const english = words.filter((word) => ENGLISH.has(word)).length;
  let best = { language: "", hits: 1 };
  for (const [language, common] of COMMON) {
    const hits = words.filter((word) => common.has(word)).length;
    if (hits > best.hits) best = { language, hits };
  }
  const accented = /[äöüßéèêàâçñáíóúãõåøœæłśżąęğış]/i.test(sample);
  const needed = accented ? 0.25 : 0.4;
  return best.language && best.hits > english * 1.5 && best.hits / words.length >= needed ? best.language : undefined;
}

/** Another language than English is recognised, and answered honestly in it. */
export function languages({ line, mine }: Turn): Part | undefined {
  const language = foreign(line.read);
  if (!language) return undefined;
  const text = ONLY_ENGLISH[language] ?? "";
  return answer(mine.some((earlier) => earlier.includes(text)) ? text : `${text}\n\n${ENGLISH_LINE}`);
}

/** Instructions that ask for another language get an honest first line. */
export const languageNote = ({ character, mine }: Turn): string | undefined =>
  character.language && mine.length === 0 ? ONLY_ENGLISH[character.language] : undefined;
