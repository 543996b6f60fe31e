"""The little words that questions are made of: more of them than of articles, so idf takes them for rare ones.

They are pronouns, articles, auxiliaries, conjunctions and what asks; of the others only those that mean nothing by
themselves, so no `off`, `not` or `without`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from functools import cache

from helpdesk.search.analysis import Span, is_unspaced, primary_of
from helpdesk.search.letters import APOSTROPHES, IGNORED, fold, lower, unify

_WORDS = {
    "ar": """
        ما ماذا لماذا متى أين كيف كم هل أي أية من هو هي هم هن هما أنا أنت أنتم نحن هذا هذه هذان ذلك تلك هؤلاء هنا هناك
        الذي التي الذين اللذان اللتان اللواتي ال في على إلى عن مع عند لدى بين حول حتى منذ أثناء خلال بعد قبل و أو أم ثم
        بل لكن لأن أن إن إذا لو كي لكي عندما حيث بينما كما مثل كل بعض أيضا فقط قد لقد سوف كان كانت كانوا يكون تكون
        يتم تم يمكن يمكنني يجب فيه فيها منه منها عليه عليها إليه إليها له لها لهم به بها بهم لي لك لنا عنه عنها ذات أحد
        أفعل نفعل إحدى ولماذا وكيف وما وهل وهو وهي وكم ومتى وأين لمن ممن مما بماذا بم فيم عم فما
    """,
    "bg": """
        какво какъв каква какви кой коя кое кои кога къде как защо колко чий чия ли аз ти той тя то ние вие те мен теб
        него нея нас вас тях ми му ѝ им си се моят моя мое мои този тази това тези онзи онази такъв такава и или но а че
        да ако за на от до в във с със по при към като без между през след преди докато когато където който която което
        които съм е сме сте са бях беше бяха бъде ще може мога трябва има имам имаме също само всички всеки някой нещо
        тук там
    """,
    "ca": """
        què quin quina quins quines qui quan on com quant quanta quants quantes per perquè jo tu ell ella nosaltres
        vosaltres ells elles em et es ens us li els les lo la el un una uns unes al als del dels de a en amb i o però
        que si meu meva teu teva seu seva aquest aquesta aquests aquestes aquell aquella això allò mentre soc ets és som
        sou són era eren ha he han hem puc pot podem poden cal hi ho també només tot tots tota totes algun alguna aquí
    """,
    "cs": """
        co jaký jaká jaké jací jakého jakou který která které kterého kterou kdo koho komu kdy kde kam odkud jak proč
        kolik čí čím zda já ty on ona ono my vy oni mě mi tě ti ho mu ji jí nás nám vás vám je jim se si můj moje má
        svůj svou tento tato toto tyto ten ta to a i nebo ale že aby když pokud protože než v ve na do z ze s k ke o u
        od po pro při za před mezi jsem jsi jsme jste jsou byl byla bylo byli být bude budou mohu můžu může můžeme lze
        mít mám máme mají také jen všechny každý nějaký něco tady tam
    """,
    "da": """
        hvad hvilken hvilket hvilke hvem hvis hvornår hvor hvordan hvorfor hvorhen jeg du han hun den det vi i de mig
        dig ham hende os jer dem min mit mine din dit dine sin sit sine vores jeres deres en et denne dette disse og
        eller men at som der om når da fordi så af på til fra med for ved hos er var været være bliver blev blevet har
        havde have kan kunne skal skulle vil ville må måtte gør gøre gjorde også kun alle alt nogen noget nogle her
        mange meget
    """,
    "de": """
        was welche welcher welches welchem welchen wer wen wem wessen wann wo wohin woher wie warum wieso weshalb wozu
        wofür womit woran worauf woraus worin worüber worum wovon wodurch wobei wonach wieviel ich du er sie es wir ihr
        mich dich ihn uns euch mir dir ihm ihnen sich man mein meine meiner meines meinem meinen dein deine deiner
        deinem deinen sein seine seiner seines seinem seinen ihre ihrer ihres ihrem ihren unser unsere unserem unseren
        unserer euer eure der die das des dem den ein eine einer eines einem einen dieser diese dieses diesem diesen
        jener jene jenes jenem jenen und oder aber denn dass daß ob wenn als weil damit da dann so also in im ins an am
        auf aus bei beim bis durch für mit nach seit über um unter von vom vor während zu zum zur zwischen bin bist ist
        sind seid war warst waren wart gewesen werde wirst wird werden wurde wurden worden würde würden habe hast hat
        haben hatte hatten hätte kann kannst können könnte konnte konnten muss müssen musste soll sollte sollen will
        wollen möchte darf dürfen mag auch nur schon noch sehr viel viele vielen alle aller alles allen jede jeder jedes
        jedem jeden etwas jemand hier dort gibt bitte
    """,
    "el": """
        τι ποιος ποια ποιο ποιοι ποιες ποιον ποιων πότε πού πως πώς γιατί πόσο πόση πόσοι πόσα πόσες εγώ εσύ αυτός αυτή
        αυτό εμείς εσείς αυτοί αυτές αυτά με σε μου σου του της μας σας τους τον την το τα τις οι ο η ένας μία μια ένα
        των στο στη στην στον στα στις στους και ή αλλά ότι που αν όταν επειδή ενώ για από προς ως κατά μετά πριν είμαι
        είσαι είναι είμαστε είστε ήταν έχω έχει έχουμε έχουν είχε μπορώ μπορεί μπορούμε πρέπει θα να επίσης μόνο όλα
        όλοι κάθε κάτι εδώ εκεί
    """,
    "en": """
        what which who whom whose when where why how i you he she it we they me him her us them my your his its our
        their mine yours ours theirs myself yourself itself himself herself themselves this that these those there here
        a an the and or but if than then as because while so of at by for with about into through during between to from
        in am is are was were be been being have has had having do does did doing done can could will would shall should
        may might must let please many much some any each every all both other such same just also very too only ever
        what's who's where's how's it's i'm i've i'd
    """,
    "es": """
        qué que cuál cuáles quién quiénes cuándo cuando dónde donde adónde cómo como cuánto cuánta cuántos cuántas por
        porqué para yo tú él ella ello usted nosotros vosotros ellos ellas ustedes me te se nos os le les lo la los las
        mi mis tu tus su sus nuestro nuestra nuestros nuestras mío mía suyo suya este esta esto estos estas ese esa eso
        esos esas aquel aquella aquellos el un una unos unas y e o u pero si porque pues mientras de del a al en con
        desde hasta entre sobre soy eres es somos son era eran fue fueron ser sido estoy está están estaba estar he has
        ha hemos han había haber hay puedo puede puedes podemos pueden podría debo debe hacer hace hago también sólo
        solo ya muy más todo todos toda todas cada algún alguna algo alguien aquí allí
    """,
    "fa": """
        چه چی چیست کدام که کی کیست کجا چگونه چطور چرا چند چقدر آیا من تو او ما شما آنها ایشان این آن اینها همین همان و
        یا اما اگر تا چون زیرا در به از با برای بر را ای یک هم نیز فقط است هست هستم هستند بود بودند باشد شد شده شود می
        کنم کند کنیم کنید کرد کردن دارم دارد داریم دارند داشت توانم تواند باید خواهد هر همه هیچ بعضی اینجا آنجا
    """,
    "fi": """
        mikä mitä minkä missä mistä mihin millä milloin millainen mitkä kuka ketä kenen kenelle kumpi koska miten kuinka
        miksi montako paljonko moni monta minä sinä hän se me te he ne minun sinun hänen sen meidän teidän heidän niiden
        minua minulle minulla sitä siitä siinä tämä tämän tätä tässä nämä tuo nuo ja tai vai mutta että jos kun niin
        joka jonka jota jossa jotka on olen olet olemme olette ovat oli olivat ollut olla voi voin voinko voiko voit
        voimme voivat saa saan pitää täytyy myös vain kaikki joku jokin täällä siellä
    """,
    "fr": """
        que quoi quel quelle quels quelles qui quand où comment pourquoi combien lequel laquelle lesquels lesquelles
        dont je tu il elle on nous vous ils elles me te se le la les lui leur leurs mon ma mes ton ta tes son sa ses
        notre nos votre vos ce cet cette ces cela ça ceci celui celle ceux celles un une des du de au aux à en dans par
        pour sur avec chez vers entre depuis pendant et ou mais donc car si comme lorsque puisque y suis es est sommes
        êtes sont étais était étaient été être sera serait ai as a avons avez ont avait avaient avoir eu peux peut
        pouvons pouvez peuvent pourrait dois doit faut fait faire fais aussi très plus tout tous toute toutes chaque
        quelque quelques ici là qu'est qu'est-ce est-ce c'est qu'il qu'elle qu'un qu'une d'un d'une s'il j'ai n'est l'on
        puis-je
    """,
    "he": """
        מה מי מתי איפה היכן לאן איך כיצד למה מדוע כמה האם איזה איזו אילו אני אתה את הוא היא אנחנו אתם אתן הם הן זה זאת
        זו אלה אלו שלי שלך שלו שלה שלנו שלכם שלהם לי לך לו לה לנו לכם להם בי בו בה בהם אותי אותך אותו אותה אותם של על אל
        עם בין אצל עד כדי כי אם או אבל אך גם רק כאשר כש אשר יש היה הייתה היו להיות יהיה יכול יכולה אפשר ניתן צריך צריכה
        כל כמו פה כאן שם
    """,
    "hi": """
        क्या कौन कौनसा कौनसी किस किसे किसने किसका किसकी किसके किन कब कहाँ कहां कैसे कैसा कैसी क्यों कितना कितनी कितने
        मैं तू तुम आप वह वो यह ये वे हम मुझे मेरा मेरी मेरे तुम्हारा आपका आपकी आपके उसका उसकी उसके उसे इसका इसकी इसके
        इसे इस उस इन उन उनका उनकी उनके हमारा हमारी हमारे अपना अपनी अपने का की के को से में पर ने तक और या लेकिन कि अगर
        यदि तो जब जो जिस जिसे है हैं हूँ हूं हो था थी थे होता होती होते होना गया गई रहा रही रहे कर करना करूँ करूं करें
        करते करता करती किया सकता सकती सकते चाहिए भी ही सभी सब हर कोई कुछ यहाँ यहां वहाँ वहां लिए द्वारा
    """,
    "hu": """
        mi mit mik miért mikor milyen melyik melyek ki kit kik kinek hol hova hová honnan hogyan hogy mennyi mennyit
        hány mennyibe én te ő ti ők engem téged őt minket nekem neked neki nekünk ez az ezt azt ezek azok ennek annak a
        egy és vagy de ha mert mint amely amelyek aki ami amikor ahol is csak van vannak volt voltak lesz lenne lehet
        lehetne tud tudok tudom tudja tudunk kell szeretnék szeretném minden valaki valami itt ott
    """,
    "id": """
        apa apakah siapa siapakah kapan kapankah mana manakah dimana kemana bagaimana bagaimanakah mengapa kenapa berapa
        berapakah saya aku kamu anda dia ia kami kita mereka ini itu tersebut yang dan atau tetapi tapi jika kalau bila
        karena ketika saat agar untuk dari di ke pada dengan oleh dalam antara adalah ialah ada bisa dapat bisakah boleh
        harus akan telah sudah sedang juga hanya saja semua setiap para suatu sebuah seorang sini situ sana
    """,
    "it": """
        che cosa cos'è quale quali chi quando dove come perché perchè quanto quanta quanti quante cui io tu lui lei noi
        voi loro mi ti si ci vi lo la li le gli ne il i un uno una l del dello della dei degli delle di a al allo alla
        ai agli alle da dal dallo dalla dai dagli dalle in nel nello nella nei negli nelle con su sul sullo sulla sui
        sugli sulle per tra fra mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra vostro vostra questo
        questa questi queste quello quella quelli quelle e ed o ma se mentre sono sei è siamo siete era erano stato
        stata essere sia ho hai ha abbiamo avete hanno aveva avere posso puoi può possiamo possono devo deve fare fa
        faccio anche solo più molto tutto tutti tutta tutte ogni qualche qualcosa qualcuno qui lì
    """,
    "ja": """
        どう どの どれ どこ どんな どちら どうして どうやって どうすれば どのように どのくらい どれくらい どなた いつ
        だれ 誰 何 なに なぜ いくら いくつ これ それ あれ この その あの ここ そこ ここで です ですか でしょうか ました
        ます ますか ません ください する します しますか した して しました される され いる いた います ある あった
        あります ありますか こと もの ため とき 場合 から まで より について による によって という として における
        に関する にとって または および また しかし
    """,
    "ko": """
        무엇 무엇을 무엇이 무엇인가요 무엇입니까 뭐 뭔가요 누가 누구 누구의 언제 어디 어디서 어디에 어디에서 어떻게 어떤
        어느 왜 얼마 얼마나 몇 인가요 입니까 있나요 있습니까 있는 있다 하나요 합니까 되나요 됩니까 하는 하는지 하려면
        되는 저는 나는 제가 내가 우리 우리는 당신 이것 그것 저것 이것은 여기 거기 그리고 그러나 또는 그래서 때문에 대해
        대한 위해 위한 통해 또한 모든 수
    """,
    "ms": """
        apa apakah siapa bila bilakah mana manakah bagaimana bagaimanakah mengapa kenapa berapa berapakah saya aku awak
        anda dia ia kami kita mereka ini itu tersebut yang dan atau tetapi jika kalau kerana apabila semasa supaya untuk
        dari daripada di ke kepada pada dengan oleh dalam antara adalah ialah ada boleh bolehkah dapat perlu harus akan
        telah sudah sedang juga hanya sahaja semua setiap para suatu sebuah seorang sini situ sana
    """,
    "nl": """
        wat welk welke wie wiens wanneer waar waarheen waarvandaan hoe hoeveel waarom waarmee waarvoor waarop waarin
        waaruit waarover waardoor ik jij je u hij zij ze het wij we jullie mij me jou hem haar ons hun hen zich mijn
        jouw uw zijn onze deze dit die dat een de en of maar als dan want omdat terwijl toen indien zodat in op aan bij
        van voor met naar tot door om te uit over tijdens tussen ben bent is was waren geweest word wordt worden werd
        werden geworden heb hebt heeft hebben had hadden kan kunt kunnen kon konden moet moeten zal zullen zou zouden
        wil willen mag mogen doe doet doen ook alleen al nog heel veel alle alles elk elke iets iemand hier daar er
    """,
    "no": """
        hva hvilken hvilket hvilke hvem hvis når hvor hvordan hvorfor hvorhen jeg du han hun den det vi dere de meg deg
        ham henne oss dem min mitt mine din ditt dine sin sitt sine vår vårt våre deres en ei et denne dette disse og
        eller men at som om da fordi så av på til fra med for ved hos er var vært være blir ble blitt har hadde ha kan
        kunne skal skulle vil ville må måtte gjør gjøre gjorde også bare alle alt noen noe her mange mye
    """,
    "pl": """
        co czego czym czemu jaki jaka jakie jacy jakiego jakiej jaką jakim który która które którego której którą którzy
        kto kogo komu kiedy gdzie dokąd skąd jak dlaczego ile czyj czy ja ty on ona ono my wy oni one mnie mi ciebie ci
        go jego mu ją jej nas nam was wam ich im się sobie mój moja moje mojego mojej swój swoje swojego ten ta to tego
        tej tym te tych i oraz a lub albo ale że żeby aby jeśli jeżeli gdy ponieważ niż w we na do z ze o u od po dla
        przy za przed między przez jestem jesteś jest jesteśmy są był była było byli być będzie będą mogę może możesz
        możemy można mam ma mamy mają także też tylko wszystkie każdy jakiś coś ktoś tu tutaj tam
    """,
    "pt": """
        que quê qual quais quem quando onde aonde como quanto quanta quantos quantas por porque porquê para eu tu ele
        ela você nós vós eles elas vocês me te se nos lhe lhes o a os as meu minha meus minhas teu tua seu sua seus suas
        nosso nossa nossos nossas este esta isto estes estas esse essa isso esses essas aquele aquela aquilo um uma uns
        umas e ou mas pois enquanto de do da dos das em no na nas num numa com ao à aos às pelo pela pelos pelas desde
        até entre sobre sou é somos são era eram foi foram ser sido estou está estão estava estar tenho tem temos têm
        tinha ter há posso pode podemos podem poderia devo deve fazer faz faço também só já muito mais tudo todo todos
        toda todas cada algum alguma algo alguém aqui ali
    """,
    "ro": """
        ce care cine cui când unde cum cât câtă câți câte de pentru eu tu el ea noi voi ei ele mă te se ne vă îi îl le
        lui lor mine tine meu mea mei mele tău ta său sa nostru noastră acest această acești aceste acel acea aceea un o
        unui unei al a ai ale și sau dar dacă că să ca deoarece în la din cu pe prin între spre sunt ești este e suntem
        sunteți era erau fost fi va vor am are avem aveți au pot poate putem trebuie face fac mai tot toate toți fiecare
        ceva cineva aici acolo
    """,
    "ru": """
        что чего чему чем какой какая какое какие какого какую каком каким каких который которая которое которые
        которого которой которую кто кого кому кем когда где куда откуда как почему зачем сколько чей чья чьё чьи ли я
        ты он она оно мы вы они меня мне мной тебя тебе его ему ней неё её нам нас вам вас их им себя себе мой моя моё
        мои моего моей мою твой ваш ваша ваше ваши наш наша свой своя своё свои своего своей свою этот эта это эти этого
        этой эту тот та то те того той и или а но чтобы если потому так же бы в во на с со к ко о об от до для по при из
        за у через между перед быть был была было были есть будет будут является являются могу может можно можете можем
        нужно надо также только уже очень все всё весь вся каждый какой-то что-то кто-то здесь там тут
    """,
    "sr": """
        шта што какав каква какво који која које кога коме ко када кад где како зашто колико чији чија да ли ја ти он
        она оно ми ви они ме те га је му јој нас вас их им се мој моја моје свој овај ова ово ови тај та то и или али
        ако јер у на од до за са из по при сам си смо сте су био била било били бити ће ћу могу може можемо треба имам
        има такође само šta što kakav kakva kakvo koji koja koje koga kome ko kada kad gde kako zašto koliko čiji čija
        da li ja ti on ona ono mi vi oni me te ga je mu joj nas vas ih im se moj moja moje svoj ovaj ova ovo ovi taj ta
        to i ili ali ako jer u na od do za sa iz po pri sam si smo ste su bio bila bilo bili biti će ću mogu može možemo
        treba imam ima takođe samo
    """,
    "sv": """
        vad vilken vilket vilka vem vems när var vart varifrån hur varför jag du han hon den det vi ni de mig dig honom
        henne oss er dem min mitt mina din ditt dina sin sitt sina vår vårt våra ert era deras en ett denna detta dessa
        och eller men att som om då eftersom så av på i till från med för vid hos är varit vara blir blev blivit har
        hade ha kan kunde ska skall skulle vill ville måste får gör göra gjorde också bara alla allt någon något några
        här där många mycket
    """,
    "th": """
        อะไร ใคร ที่ไหน ไหน เมื่อใด เมื่อไร เมื่อไหร่ อย่างไร ยังไง ทำไม เหตุใด เท่าไร เท่าไหร่ เท่าใด กี่ ใด หรือไม่
        หรือ หรือเปล่า ไหม มั้ย คือ เป็น อยู่ ได้ มี ให้ ที่ ซึ่ง ว่า และ กับ แต่ ถ้า หาก แล้ว จะ ต้อง ควร สามารถ กำลัง
        เคย ก็ แก่ โดย ด้วย จาก ถึง ใน บน ของ เพื่อ เพราะ เนื่องจาก สำหรับ ระหว่าง ก่อน หลังจาก เมื่อ ขณะ ตั้งแต่ จนถึง
        นี้ นั้น นี่ นั่น เหล่านี้ เหล่านั้น ทุก แต่ละ บาง ทั้งหมด อื่น อีก กว่า ที่สุด ฉัน ดิฉัน เรา คุณ เขา เธอ มัน
        พวกเขา ครับ ค่ะ การ ความ สิ่งใด ไป
    """,
    "tr": """
        ne neyi neler nedir neden niçin niye nasıl hangi hangisi kim kimi kime kimin kimdir nerede nereye nereden kaç
        kaçtır kadar mı mi mu mü midir mıdır ben sen o biz siz onlar beni seni onu bizi sizi bana sana ona bize size
        benim senin onun bizim sizin onların bu şu bunu bunun bir ve veya ya da de ama fakat eğer ise çünkü ki için ile
        gibi göre olarak olan var idi oldu olur olabilir miyim edebilirim yapabilirim gerekir lazım her bütün tüm bazı
        burada orada
    """,
    "uk": """
        що чого чому чим який яка яке які якого якої яку яким яких котрий хто кого кому ким коли де куди звідки як
        навіщо скільки чий чия чиє чи я ти він вона воно ми ви вони мене мені тебе тобі його йому її їй нас нам вас вам
        їх їм себе собі мій моя моє мої мого моєї мою твій ваш ваша ваше ваші наш свій своя своє свої цей ця це ці цього
        цієї цю той та те ті і й або а але щоб якщо тому так же б у в на з із зі до від для по при за через між перед
        бути був була було були є буде будуть можу може можна можете можемо потрібно треба також тільки вже дуже всі все
        кожен щось хтось тут там
    """,
    "vi": """
        gì nào ai sao đâu thế mấy bao nhiêu tôi bạn mình anh chị em nó họ chúng ta này kia đó ấy đây là của và hoặc hay
        nhưng nếu thì vì nên khi mà để cho với từ ở tại trong trên bởi được bị có thể phải sẽ đã đang cũng chỉ rằng các
        những một mỗi mọi
    """,
    "zh": """
        什么 什麼 甚麼 为什么 為什麼 为何 為何 怎么 怎麼 怎样 怎樣 怎么样 怎麼樣 如何 多少 多久 几个 幾個 哪个 哪個 哪些
        哪里 哪裡 哪儿 哪兒 哪种 哪種 哪位 哪一 何时 何時 何地 何处 何處 何种 何種 是否 能否 可否 什么时候 什麼時候 时候
        時候 什么样 什麼樣 一个 一個 这个 這個 那个 那個 这些 這些 那些 这种 這種 我们 我們 你们 你們 他们 他們 她们
        她們 它们 它們 或者 以及 对于 對於 关于 關於 因为 因為 所以 但是 如果 可以 能够 能夠 应该 應該 还是
        還是 请问 請問 根据 根據
    """,
}
_ALSO = {"nb": "no", "nn": "no", "hr": "sr", "bs": "sr"}


def littleness(text: str, spans: Iterable[Span], languages: Iterable[str]) -> dict[Span, float]:
    """How much of words or n-grams of a text is in little words, by their places: all of it is 1, nothing left out.

    They are those of one language: that in which the most of the text is little, of several the first one. English is
    always among them, as readers of any page may ask in it; but one word in another script than that of the first
    language may be a name, such as IT, so there must be two.
    """
    spans = list(spans)
    first, *others = (_ALSO.get(each, each) for each in dict.fromkeys(map(primary_of, (*languages, "en"))))
    best = _littleness(text, spans, first)
    for language in others:
        found = _littleness(text, spans, language)
        is_asked = len(found) > 1 or _script(language) == _script(first)
        if is_asked and sum(found.values()) > sum(best.values()):
            best = found
    return best


def _littleness(text: str, spans: Iterable[Span], language: str) -> dict[Span, float]:
    words, seek = _little(language)
    covered = {place for match in seek.finditer(text) for place in range(*match.span())} if seek else set[int]()
    found = dict[Span, float]()
    for start, end in spans:
        if not is_unspaced(text[start:end]):
            if _plain(text[start:end]) in words:
                found[start, end] = 1.0
        elif share := len(covered.intersection(range(start, end))) / (end - start):
            found[start, end] = share
    return found


def telling(words: Mapping[Span, frozenset[str]], little: Container[Span]) -> dict[Span, frozenset[str]]:
    """The words that tell what is asked, in order: little ones and parts of such only where there are no others."""
    return {span: terms for span, terms in words.items() if span not in little} or dict(words)


@cache
def _little(language: str) -> tuple[frozenset[str], re.Pattern[str] | None]:
    """The words of a language, with and without their accents, and what seeks those that no spaces divide."""
    words = _WORDS.get(language, "").split()
    unspaced = sorted(filter(is_unspaced, words), key=len, reverse=True)
    plain = [_plain(word) for word in words]
    return frozenset((*plain, *map(fold, plain))), re.compile("|".join(unspaced)) if unspaced else None


@cache
def _script(language: str) -> str:
    """In which its words are written; of a language without a list, a name that none has."""
    return unicodedata.name(_WORDS.get(language, "").strip()[:1] or "-").split()[0]


def _plain(word: str) -> str:
    return unify(lower(word.translate(IGNORED).translate(APOSTROPHES), ""), "")
