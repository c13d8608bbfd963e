"""English: how people say stop, no and yes. Lower case, without accents; `reply_words` says what each list is."""

_CONTACTING = r"(?:text|messag|e ?mail|mail|contact|writ|send|call|spam|bother|pester|ping|notif)\w*"
_MESSAGES = (
    r"(?:e ?mails?|mails?|texts?|messages?|sms|newsletters?|spam|notifications?|offers|promos?|"
    r"promotions?|ads)"
)
_RECEIVE = (
    rf"(?:receive|get|see|hear) (?:\w+ ){{0,3}}?(?:{_MESSAGES}|communications?|correspondence|from you|"
    r"these|them|those)\b"
)
_LIST = r"(?:lists?|newsletters?|mailings?|database|system|campaigns?|sequence|distribution)\b"

STOPS = (
    "stop", "unsubscribe", "end", "quit", "stopall", "stop all", "revoke", "optout", "opt out",
    "cancel", "please stop", "stop please", "stop it", "remove", "remove me", "unsubscribe me",
    "please unsubscribe", "unsub", "opt me out", "no more", "stop now", "stop texting", "stop emailing",
    "please remove me", "remove me please", "no more messages", "no more emails", "no more texts",
    "take me off",
)  # fmt: skip
REVOCATION = (
    rf"(?:stop|quit|cease) (?:\w+ ){{0,2}}?{_CONTACTING}\b",
    rf"stop (?:\w+ ){{0,3}}?{_MESSAGES}\b",
    rf"(?:don't|dont|do not|never|can you not) (?:ever |please |you )?{_CONTACTING} (?:to "
    r")?(?:me|us|here|this|these|any|anything|again|anymore)\b",
    rf"no (?:more|further) (?:\w+ )?{_MESSAGES}\b",
    r"(?:don't|dont|do not|no longer) (?:want|wish|like|need|care) (?:to )?(?:be |get |"
    rf"receive |hear )?(?:\w+ ){{0,3}}?(?:{_MESSAGES}|contacted|hear from|emailed|texted)\b",
    r"unsubscribe (?:me|us|my|this|from)\b",
    r"(?:want|like|wish|need|please|how (?:do|can) i|let me|try\w* to|still not) (?:to "
    r")?(?:be )?unsubscribed?\b(?! (?:a|an|one|my|our|some) )",
    r"(?:take|get) (?:me|us|my \w+|this \w+) off\b",
    r"remove (?:me|us|my (?:e ?mail|name|address|number|phone)\w*|this (?:e ?mail|address|"
    r"number)) ?(?:from|off|out|please|$|\w)",
    r"off (?:of )?(?:your|the|this|all) (?:\w+ )?lists?\b",
    r"opt(?:ing)? (?:me |us )?out\b",
    r"opt out (?:of|from|please)\b",
    r"be (?:removed|taken off|deleted) (?:from|off)?\b",
    r"leave me (?:alone|be|in peace)\b",
    r"lose my (?:number|e ?mail)\b",
    r"delete my (?:e ?mail|number|address|contact)\w*",
    r"(?:revoke|withdraw)\w* (?:my )?(?:consent|permission)\b",
    r"(?:this|it|that|your \w+) (?:is|looks like|are) (?:just |pure )?spam\b",
    r"(?:report\w*|mark\w*) (?:you |this |it )?(?:as |for )?spam\w*",
    r"(?:remove|delete|erase) (?:our|my|this) \w+ (?:from|off)\b",
    r"(?:don't|do not|never|didn't|did not) (?:\w+ )?consent\w*",
    r"(?:don't|dont|do not|no longer|not|wouldn't|never) (?:\w+ ){0,2}?(?:wish|want|wanted|like|"
    rf"care|need|have) (?:\w+ ){{0,2}}?(?:to )?{_RECEIVE}",
    r"(?:make sure|ensure|see to it|so that|please) (?:that )?(?:\w+ )?(?:don't|dont|do not|won't) "
    rf"(?:\w+ )?{_RECEIVE}",
    r"(?:rather|prefer) (?:you )?(?:to )?(?:not|didn't|don't) (?:to )?(?:be |get |receive "
    rf")?(?:{_CONTACTING}|{_MESSAGES})\b",
    r"(?:want|wish|need|like|get|let|take|leave|keep|drop|kick) (?:\w+ ){0,3}?(?:out|off)(?: of)? "
    rf"(?:your|this|the|these|any|every|whatever) (?:\w+ ){{0,2}}?{_LIST}",
    rf"(?:{_MESSAGES}|this|it|these) (?:\w+ ){{0,2}}?(?:need|needs|have|has|must|should) to (?:end|cease)\b",
    rf"{_MESSAGES} (?:\w+ ){{0,2}}?(?:need|needs|have|has|must|should) to stop\b",
    r"make (?:it|this|them|these|that|the \w+) stop\b",
    r"object to (?:\w+ ){0,6}?(?:marketing|processing|use of|contact\w*)\b",
    r"opt (?:me |us )?out (?:of|from)\b(?! (?:beta|analytics|tracking|a|one)\b)",
    rf"(?:enough|done|sick|tired|fed up) (?:with|of) (?:\w+ ){{0,3}}?{_MESSAGES}\b",
    rf"enough (?:\w+ )?{_MESSAGES}\b",
    r"how (?:do|can) (?:i|we) (?:get off|stop (?:getting|receiving) (?:these|this|your))\b",
    rf"(?:stop|quit|end) (?:\w+ ){{0,2}}?(?:receiving|getting) (?:\w+ ){{0,3}}?(?:{_MESSAGES}|these|"
    r"those|this)\b",
    r"never (?:signed up|subscribed|opted in|agreed|asked|consented|registered) (?:for|to) (?:this|"
    r"these|your|any|receive|get|be)\b(?! (?:plan|price|contract|upgrade|charge\w*|subscription|"
    r"bill\w*))",
    rf"(?:don't|dont|do not|never|not) (?:ever )?(?:{_CONTACTING}|reach out)\b(?: \w+){{0,4}}? "
    r"(?:again|anymore|any more|any longer|anything|number|address)\b",
    r"no (?:more|further) (?:\w+ )?(?:contact|communication|correspondence|follow ?ups?)s?\b",
    r"(?:please|kindly) (?:just )?stop$",
    r"stop contacting\b",
    r"unsubscribe$|please unsubscribe\b",
    rf"(?:discontinue|halt|refrain from|desist from|suspend|terminate) (?:\w+ ){{0,4}}?(?:{_MESSAGES}|"
    rf"{_CONTACTING}|communicat\w*|correspondence|mailings?)\b",
    r"(?:cease|stop|end) (?:\w+ ){0,2}?(?:communicat\w*|correspondence|mailings?|follow(?:ing)? "
    r"?ups?|outreach)\b",
    rf"no longer (?:want|wish|need|interested in|care for) (?:\w+ ){{0,2}}?(?:{_MESSAGES}|updates|"
    r"mailings?|news)\b",
    r"(?:asked|told|requested|begged) (?:you|them|already) (?:\w+ ){0,6}?(?:stop|unsubscribe|remove "
    r"me|take me off)\b",
    r"(?:why|how come) (?:\w+ ){0,3}?still (?:getting|receiving|sending|contacting|e ?mailing|on your)\b",
    r"(?:get rid of|delete|erase|remove|wipe|forget|drop) (?:all )?(?:of )?(?:my|our|this) (?:\w+ "
    r")?(?:details|data|info\w*|address|e ?mail|number|name|contact)\b",
    r"leave (?:me|us) (?:off|out)\b|take (?:this|my|our) (?:\w+ )?(?:address|e ?mail|number|name|"
    r"inbox) off\b",
)
NOT_ABOUT_MAIL = (
    r"(?:my|our|their|a|the) (?:customers?|clients?|users?|subscribers?|contacts?|"
    r"recipients?) (?:to )?(?:can |could )?(?:unsubscribe|opt out)",
    r"unsubscribe (?:link|page|button|rate)s?\b.*\b(?:my|our) (?:campaign|newsletter|"
    r"customers?|users?)",
)
NOES = (
    "no", "nope", "nah", "no no", "no way", "never", "pass", "not now", "not today", "not really",
    "not for me", "hard pass", "i'll pass", "no sorry", "nope all good", "we're good", "i'm good",
    "lol no", "no chance",
)  # fmt: skip
NEGATIVE = (
    r"no,? (?:thanks|thank you|thx|thankyou|ty)\b",
    r"(?:not|no longer|isn't|aren't|never been|neither) (?:\w+ ){0,2}?interested\b",
    r"(?:no|zero|little) (?:\w+ )?(?:interest|need|use)\b",
    r"(?:don't|dont|do not|doesn't|won't|will not|wont) (?:\w+ )?(?:need|want|like|care|"
    r"plan|intend|upgrade|buy|pay)\b",
    r"(?:not|isn't) (?:for|a fit for|the right fit for|relevant (?:for|to)) (?:me|us)\b",
    r"(?:not|isn't) (?:now|right now|at this time|at the moment|relevant|needed|necessary|"
    r"helpful|useful|happy|satisfied|acceptable|a good (?:time|fit))\b",
    r"(?:too|way too|so|very) (?:expensive|pricey|costly|pushy|many (?:e ?mails?|messages?|"
    r"texts?|prompts?|popups?))\b",
    r"(?:is|are|it's|seems?|got|been|still|keeps?|completely|totally) (?:\w+ )?(?:broken|"
    r"down|crashing|failing|unusable|useless|buggy)\b",
    r"(?:doesn't|does not|don't|do not|not|isn't|never|won't|stopped|can't|cannot) (?:even "
    r")?(?:work\w*|load\w*|open\w*|log in|login|export|function\w*)\b",
    r"(?:a|the|another|this|same|annoying|have|with|nasty|found) (?:\w+ )?(?:bugs?|"
    r"crash(?:es)?|outage|errors?|error message)\b",
    r"(?:crash\w*|fails|failed|failing) (?:every|all|again|when|on|with|to|for|constantly)\b",
    r"(?:terrible|horrible|awful|annoy\w*|angry|furious|unacceptable|disappoint\w*|"
    r"frustrat\w*|useless|garbage|rubbish|ridiculous|waste|worst|sick of|tired of|fed up|"
    r"hate|scam|unhappy|dissatisf\w*|complain\w*|lousy)\b",
    r"(?:refund|money back|charged (?:me )?twice|overcharged|double charged|wrong invoice|"
    r"chargeback)\b",
    r"(?:cancel|cancelling|canceling|terminate|close|end) (?:my|our|the|this) (?:\w+ "
    r")?(?:subscription|account|plan|contract|trial)\b",
    r"(?:switch\w*|mov\w*|go\w*|went|stay\w*) (?:to|with) (?:a|another|your|the) (?:\w+ "
    r")?(?:competitor|vendor|tool)\b",
    r"(?:we're|we are|i'm|i am) (?:all )?(?:set|good|covered|fine)\b",
    r"(?:no|not any|without) (?:\w+ )?budget\b",
    r"happy with (?:our|my|the|what) (?:\w+ )?\w+",
    r"(?:go away|get lost|shut up|piss off|fuck\w*|bullshit)\b",
    r"maybe (?:later|another time|next (?:year|quarter))\b",
    r"(?:already|currently) (?:use|have|using|with|on|went) (?:something|someone|another|a different|"
    r"other)\b",
    r"(?:not|isn't|aren't) (?:what|something) (?:we|i)\b",
    r"(?:don't|do not|can't|cannot) (?:really )?see (?:the|any|a|why)\b",
    r"(?:we'll|we will|i'll|i will|going to|have to|gonna) (?:have to )?(?:pass|decline)\b",
    r"(?:is|are|very|really|too|so|super|extremely) slow\b",
    r"nobody (?:helps?|answers?|replies|responds?|cares?)\b",
    r"(?:stick|stay|remain|keep|continu\w*) (?:\w+ )?(?:with|on) (?:the|our|my|what) (?:\w+ )?(?:free|"
    r"current|existing|basic|present|old|same|plan|version|we have|i have|we've|have)\b",
    r"(?:out of|over|above|beyond|outside|exceeds) (?:of )?(?:our|my) (?:\w+ )?(?:budget|range|means|"
    r"league|reach)\b",
    r"(?:already )?(?:said|told \w+(?: \w+)?|answered) no\b",
    r"can(?:'t|not| not) (?:\w+ )?(?:justify|afford|commit)\b",
    r"(?:decid\w*|chose\w*|opted) (?:\w+ ){0,3}?(?:against|not to|competitor|another|else|alternative|"
    r"different)\b",
    r"(?:going|went|gone|go) with (?:a |an )?(?:\w+ )?(?:competitor|another|someone else|something "
    r"else|alternative|different)\b",
    r"charged (?:\w+ ){0,3}?(?:twice|double|again|wrong\w*|without)\b|(?:double|wrongly|incorrectly|"
    r"twice) (?:charged|billed)\b",
    r"(?:nobody|no one|noone) (?:\w+ )?(?:has|have|ever|fixed|got) ?(?:\w+ )?(?:fix\w*|answer\w*|"
    r"repl\w*|respond\w*|help\w*|back)?\b",
    r"(?:hasn't|haven't|didn't|never|still no|still waiting for an?) (?:\w+ ){0,2}?(?:answer|repl|"
    r"respon|fix|help)\w*",
    r"not (?:today|at this (?:point|time|stage)|for now|this (?:year|quarter|month)|in the near future)\b",
    r"all good (?:here|thanks|for now|as)\b|\bhard pass\b|(?:i'll|we'll|gonna|think i'll|think we'll) pass\b",
    r"why (?:would|should) (?:i|we|anyone) (?:\w+ )?(?:upgrade|pay|buy|want|need|spend)\b|want (?:me|"
    r"us) to (?:pay|spend|buy) more\b",
    r"rather (?:you|have you|see you) (?:\w+ )?fix\w*|before (?:trying to sell|selling|you (?:\w+ "
    r")?sell|upselling)\b",
    r"fix (?:\w+ ){0,5}?(?:first|before you)\b",
    r"(?:won't|will not|not going to|not gonna|aren't going to|isn't going to) (?:be )?(?:renew|"
    r"upgrad|buy|pay|tak|continu|need|us)\w*",
    r"(?:don't|doesn't|do not|does not|not) (?:\w+ )?(?:think|feel|believe|sure) (?:\w+ "
    r"){0,5}?(?:makes? sense|worth|we need|i need|fits?|for (?:me|us)|right for)\b",
    r"(?:makes?|making) no sense\b|doesn't make (?:\w+ )?sense\b|not worth\b|no (?:added |real "
    r")?(?:value|benefit)\b",
    r"(?:is|are) (?:\w+ )?(?:a joke|overpriced|outrageous|insane|absurd|a rip ?off)\b|\boverpriced\b|"
    r"\brip ?off\b",
    r"keeps? (?:\w+ ){0,2}?(?:logging|crashing|failing|freezing|breaking|kicking|throwing|timing|"
    r"disconnecting|losing)\b",
    r"failed (?:on (?:me|us)|\w+ times)\b|destroyed (?:my|our)\b|(?:broke|ruined|lost|deleted) (?:my|"
    r"our|all|everything)\b",
    r"(?:happy|fine|satisfied|content|sorted|comfortable|ok|okay) (?:with (?:what|our|the|my) (?:\w+ "
    r")?(?:current|existing|plan|setup|version|have|tool|provider)|as (?:we|i|it) (?:are|am|is))\b",
    r"(?:perhaps|maybe|possibly) (?:\w+ ){0,2}?(?:later|another time|some other time|next (?:year|"
    r"quarter|month)|in (?:a few|some|\w+) (?:months|weeks))\b",
    r"^no+ (?:sorry|chance|not|we (?:don't|do not|are|have)|i (?:don't|do not|am)|it)\b|^(?:nope|nah)\b",
    r"(?:don't|do not|won't) (?:wish|want|care) to (?:upgrade|buy|pay|change|proceed|renew)\b",
    r"prefer (?:to )?(?:stay|keep|not|remain|stick)\w*",
    r"cancel (?:my|our|the|this) (?:\w+ ){0,2}?(?:account|subscription|plan|contract|membership|order|"
    r"trial)\b",
    r"already (?:have|use|got) (?:a|an|our own) (?:\w+ )?(?:solution|tool|provider|vendor|system|"
    r"partner|supplier)\b|(?:thanks|thank you|thx),? but no\b|but no (?:thanks|thank you)?$",
    r"(?:so|therefore|hence) (?:it's a )?(?:no|not)$|(?:team|company|firm|business|budget)(?: "
    r"\w+){0,2} too small\b|too small for (?:that|this|it)\b",
    r"leave it (?:as it is|as is|at that|there)\b|(?:isn't|is not|not|nothing) for us\b|(?:doesn't|"
    r"does not|don't) (?:really )?(?:fit|suit|match|meet)\b|cutting costs\b",
)
HARMLESS = (
    r"no (?:problem|worries|issues?|complaints?|rush|doubt|idea|brainer|errors?|bugs?)\b(?: "
    r"at all)?",
    r"(?:not|isn't) (?:bad|a problem|an issue|sure|expensive|broken|too expensive)\b",
    r"can'?t (?:complain|wait)\b",
    r"(?:doesn't|does not) (?:hurt|matter)\b",
    r"(?:don't|do not|dont) (?:want|like) to miss\b",
    r"why (?:not|don't we)\b",
    r"if (?:it|this|that|we|i) (?:doesn't|does not|don't|do not|isn't)[^?]*",
    r"(?:how|where|when|can|could|may) (?:do |can |could |would )?(?:i|we) (?:\w+ )?(?:stop|cancel|"
    r"end|pause)\b[^?]*\?",
    r"(?:refund|cancellation|return|complaint|dispute) (?:polic\w*|terms|period|procedure)\b|error "
    r"(?:tracking|handling|monitoring)\b",
)
YESES = (
    "yes", "yep", "yeah", "yup", "sure", "ok", "okay", "y", "yes please", "of course", "absolutely",
    "why not", "definitely", "great", "perfect", "thanks", "thank you", "cool", "awesome", "interested",
    "deal", "done", "go ahead", "let's do it", "i'm in", "count me in", "count us in", "sounds good",
    "yes thanks", "yes thank you", "sign me up", "go for it", "i'll take it", "yes let's do it",
)  # fmt: skip
POSITIVE = (
    r"(?:yes|yeah|yep|sure|absolutely|definitely|of course)\b",
    r"(?:i'm|i am|we're|we are|am|are|very|quite|definitely|really|be) (?:\w+ "
    r")?(?:interested|keen|sold|ready|excited)",
    r"(?:sounds|looks|is|that's|this is) (?:\w+ )?(?:good|great|perfect|interesting|awesome|"
    r"fantastic|amazing|useful|helpful)\b",
    r"(?:i'd|we'd|i would|we would|would) (?:love|like|be happy) (?:to|a|that|it|some)\b",
    r"(?:would|will|'d) be (?:\w+ )?(?:great|good|wonderful|perfect|lovely|helpful|nice)\b",
    r"happy to (?:chat|talk|meet|discuss|try|hear)\b",
    r"(?:let's|lets) (?:do|talk|chat|go|schedule|set|try)\b",
    r"(?:please |do |can you )?(?:send|share|give|tell|call|book|schedule|sign|set) (?:me|"
    r"us) (?:\w+ )?(?:more|up|details|info\w*|the (?:details|link|offer)|a (?:call|demo|"
    r"quote|link|meeting)|back|tomorrow|today|on|at)\b",
    r"(?:love|loving|thrilled|can't wait|cant wait|looking forward)\b",
    r"(?:want|like|ready|go ahead) (?:to |with )?(?:upgrade|try|buy|order|the upgrade|this|it)\b",
    r"(?:i'm|i am|we're|we are) (?:both |all )?in(?=$| for\b)",
    r"(?:please|pls|can you|could you|kindly|go ahead and) (?:\w+ )?(?:switch|move|upgrade|sign|"
    r"activate) (?:me|us|my|our|it|the|this)\b",
    r"where (?:do|can) (?:i|we) (?:sign|buy|order|upgrade)\b|how (?:do|can|would) (?:i|we) (?:upgrade|"
    r"order|buy it|sign up|proceed|get started|get it)\b(?! if)",
    r"(?:please )?go (?:for it|ahead)\b|giv(?:e|ing) (?:it|this|that) a (?:try|go|shot|whirl)\b|sign "
    r"(?:me|us) up\b|count (?:me|us|our \w+) in\b",
    r"(?:i'll|we'll|i will|we will|like to|want to|going to|love to|ready to) (?:\w+ )?(?:take (?:it|"
    r"the|this|you up)|go (?:ahead|for|with the)|buy|order|upgrade|proceed|purchase)\b",
    r"(?:up|game|down) for (?:a|an|it|that|this)\b|tell (?:me|us) more\b|(?:keen|love|like|curious|"
    r"happy|interested|eager) (?:to|in) (?:\w+ )?(?:hear\w*|learn\w*|know\w*|see\w*|find\w* out) "
    r"(?:\w+ )?more\b",
    r"(?:send|get|give) (?:(?:me|us|over|it) ){0,2}(?:a|the|your|an) (?:\w+ )?(?:quote|contract|"
    r"proposal|link|order form|trial)\b",
    r"(?:can|could|shall|may|let) (?:we|us) (?:\w+ )?(?:set up|schedule|book|arrange|jump on|hop on|"
    r"talk|speak|chat|meet|have a (?:call|demo|chat))\b",
    r"(?:jump|hop|get) on (?:a|the) (?:\w+ )?call\b|(?:exactly|just) what (?:we|i) (?:need\w*|want\w*|"
    r"was|were)\b",
    r"(?:we|i) (?:need|want|could use) (?:this|it|\w+ more (?:seats|licen[cs]es|users))\b(?! (?:fixed|"
    r"resolved|solved|to (?:stop|work|be)|gone|sorted|done by))",
    r"(?:great|perfect|good|excellent) timing\b|would be (?:\w+ )?(?:useful|awesome|fantastic|amazing|"
    r"ideal)\b|accept (?:your|the|this) (?:\w+ )?(?:offer|proposal|quote)\b",
    r"(?:interested|keen|sold)$|want to (?:order|buy|add|upgrade)\b",
    r"let (?:me|us) know when (?:we|you) can (?:\w+ )?(?:talk|meet|call|speak|chat)\b|let's "
    r"(?:discuss|meet)\b|(?:intrigued|excited) (?:to|by)\b",
    r"next steps?\b(?! is to cancel)|convinced (?:me|us)\b|works for (?:me|us)\b|^(?:yep|yeah|yes|ok|"
    r"okay) (?:do|send|book|add|go|let)\b",
    r"(?:we'd|i'd|we would|i would) like (?:\w+ ){0,2}?(?:more|additional|extra|another)\b|(?:could|"
    r"can|when) (?:we|i) (?:\w+ )?start\b",
)
NOT_YET = (
    r"(?:is it|is this|are you|are we|do you|does it|can i|could i) (?:sure|interested|ready)\b",
    r"^if\b|\b(?:only|but only|unless|provided|as long as) (?:if|with|that|you|we|it)\b",
    r"nur (?:mit|wenn|falls|unter)\b|(?:seulement|uniquement) (?:si|avec)\b|^si (?:vous|on|nous|tu)\b|"
    r"solo (?:si|con)\b|siempre que\b",
)
