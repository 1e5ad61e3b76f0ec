"""How a Chinese name is read: surnames have readings of their own, and some characters have two."""

from functools import lru_cache
from itertools import product

# So many ways to say one name are kept; the likely ones come first.
READINGS_MAX = 4
# Longer than a surname of two characters with a given name of two: a company, or a foreign name.
PERSON_LENGTH_MAX = 4

# As surnames; what else the character is read is kept as a second reading, for it is often typed.
_SURNAMES = """
    曾zeng 单shan 解xie 仇qiu 查zha 区ou 朴piao 盖ge 翟zhai 乐yue,le 员yun 召shao 缪miao 折she
    黑he 秘bi 洗xian 种chong 重chong 覃qin,tan 谌chen,shen 郇xun,huan 句gou 祭zhai 藏zang
    牟mu,mou 宓mi,fu 乜nie 佴nai 么yao 卜bu 隗wei,kui 尉wei,yu 柏bai,bo 阚kan 都du 会gui 炅gui
    逯lu,lv 薄bo 长chang 郗xi,chi 蔚yu,wei 能nai 乘sheng 便pian 繁po 适kuo 晟cheng,sheng
    """
_COMPOUND_SURNAMES = """
    尉迟yu-chi 长孙zhang-sun 万俟mo-qi 单于chan-yu 澹台tan-tai 尉犁yu-li 子车zi-ju
    """
# Nine people in ten have one of these; of two that sound alike the more frequent comes first.
_FREQUENT = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向常"
)
# Characters of given names that people read in more than one way.
_GIVEN = """
    重zhong,chong 乐le,yue 行xing,hang 长chang,zhang 茜qian,xi 晟sheng,cheng 柏bo,bai
    朝chao,zhao 曾zeng,ceng 单shan,dan 参shen,can 盛sheng,cheng 莎sha,suo 娜na,nuo 传chuan,zhuan
    强qiang,jiang 藏zang,cang 佛fo,fu 省xing,sheng 石shi,dan 大da,dai 都du,dou 勒le,lei 陆lu,liu
    澄cheng,deng 薄bo,bao 覃tan,qin 隽jun,juan 颉jie,xie 拓tuo,ta 调diao,tiao 降jiang,xiang
    解jie,xie 还huan,hai 和he,huo 便bian,pian 缪miao,mou 奇qi,ji 宿su,xiu 朴pu,piao 校xiao,jiao
    洗xi,xian 率shuai,lv 畜xu 盖gai,ge 禅chan,shan 种zhong,chong 给gei,ji 纶lun,guan 绿lv,lu
    蔚wei,yu 角jiao,jue 贾jia,gu 阿a,e 露lu,lou 鹄hu,gu 的di,de 着zhuo,zhe 了liao,le 区qu,ou
    查cha,zha 仇chou,qiu 翟zhai,di 秘mi,bi 尉wei,yu 殷yin,yan 堡bao,pu 泊bo,po 炅jiong,gui
    婧jing,qian 祎yi,hui 倞jing,liang 菁jing,qing 蕃fan,bo
    """


def readings(name: str) -> list[tuple[str, ...]]:
    """The syllables of a name of Han characters, the likeliest reading first; at most
    `READINGS_MAX`."""
    if len(name) > PERSON_LENGTH_MAX:
        return [_as_phrase(name)]
    surname = _compound_surnames().get(name[:2]) if len(name) > 2 else None
    if surname is not None:
        rest = name[2:]
        choices = [*((syllable,) for syllable in surname), *map(_given, rest)]
    else:
        choices = [_surname(name[0]), *map(_given, name[1:])]
    # Most names have one reading: nothing to weigh.
    if all(len(choice) == 1 for choice in choices):
        return [tuple(choice[0] for choice in choices)]
    return _likeliest(choices)


def characters_read(syllable: str) -> tuple[str, ...]:
    """The characters that may begin a name said so, those of the frequent surnames first."""
    return _characters().get(syllable, ())


@lru_cache(1)
def _characters() -> dict[str, tuple[str, ...]]:
    """Some seven thousand are in use; read when the first surname is typed."""
    in_use = bytes(
        byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell)
    )
    found: dict[str, list[str]] = {}
    for character in dict.fromkeys(_FREQUENT + in_use.decode("gb2312", "ignore")):
        for syllable in _surname(character):
            found.setdefault(syllable, []).append(character)
    return {syllable: tuple(characters) for syllable, characters in found.items()}


def _likeliest(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The usual reading of each first, then those that differ from it in the fewest places."""
    ranked = sorted(
        product(*(enumerate(choice) for choice in choices)),
        key=lambda reading: sum(rank for rank, _ in reading),
    )
    return [tuple(syllable for _, syllable in reading) for reading in ranked[:READINGS_MAX]]


@lru_cache(4096)
def _surname(character: str) -> tuple[str, ...]:
    return _distinct(*_table(_SURNAMES).get(character, ()), *_given(character))


@lru_cache(16384)
def _given(character: str) -> tuple[str, ...]:
    found = _table(_GIVEN).get(character)
    if found is None:
        found = tuple(_plain(syllable) for syllable in _pinyin(character))
    # A keyboard without ü has v; passports and many systems write u.
    also = tuple(s.replace("v", "u") for s in found if s[:2] in ("lv", "nv"))
    return _distinct(*found, *also)


def _as_phrase(name: str) -> tuple[str, ...]:
    return tuple(_plain(syllable) for syllable in _pinyin(name))


def _pinyin(text: str) -> list[str]:
    # Imported late: it loads all its phrases, and most processes never read a name.
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin(text, style=Style.NORMAL))


def _plain(syllable: str) -> str:
    return syllable.replace("ü", "v").replace("ê", "e").lower()


def _distinct(*syllables: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(syllables))


@lru_cache(2)
def _table(text: str) -> dict[str, tuple[str, ...]]:
    return {entry[0]: tuple(entry[1:].split(",")) for entry in text.split()}


@lru_cache(1)
def _compound_surnames() -> dict[str, tuple[str, ...]]:
    return {entry[:2]: tuple(entry[2:].split("-")) for entry in _COMPOUND_SURNAMES.split()}
