"""Names to draw from. Common ones, put together at random; places that are on no map."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
# The first ones are the most frequent, and are drawn more often.
FREQUENT_SURNAMES = 20
DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "慕容")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志文辉力健永世广义兴良海山仁波宁贵福生龙元全"
    "胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善"
    "厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛"
    "钧冠策腾楠榕风航弘秀珍珊萍红月彩香莲真环雪荣爱妹琴云莎锦青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君蕊薇"
)
FIRST_NAMES = (
    "Ada", "Amir", "Ana", "Ben", "Carlos", "Chloe", "Daniel", "Elena", "Emma", "Farah",
    "Grace", "Hugo", "Ines", "Ivan", "James", "Jonas", "Julia", "Kofi", "Laila", "Leo",
    "Lucia", "Marek", "Maria", "Mei", "Nadia", "Noah", "Olga", "Omar", "Paul", "Priya",
    "Rafael", "Ravi", "Rosa", "Samuel", "Sofia", "Tariq", "Thomas", "Viktor", "Yuki", "Zara",
)  # fmt: skip
LAST_NAMES = (
    "Abdullah", "Almeida", "Andersen", "Baker", "Bianchi", "Brown", "Castillo", "Cohen",
    "Dubois", "Fischer", "Garcia", "Haddad", "Ivanov", "Jensen", "Johnson", "Kim", "Kowalski",
    "Kumar", "Lopez", "Mbeki", "Meyer", "Moreau", "Nakamura", "Nguyen", "Novak", "O'Brien",
    "Okafor", "Patel", "Petrov", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Smith",
    "Tanaka", "Taylor", "Weber", "Wilson", "Yilmaz",
)  # fmt: skip
# Province and city: invented, with the endings that addresses have.
PLACES = (
    ("云泽省", "临沐市"), ("云泽省", "青渡市"), ("东屿省", "海棠市"), ("东屿省", "澜口市"),
    ("岭湖省", "清江浦市"), ("岭湖省", "石桥市"), ("北原省", "松岗市"), ("北原省", "白河口市"),
)  # fmt: skip
DISTRICTS = ("新城区", "湖滨区", "东江区", "南苑区", "西岭区", "高新区", "云龙县", "安溪口县")
EMPLOYERS = (
    "云泽纺织有限公司",
    "澜口港务集团",
    "松岗第二中学",
    "海棠物流有限公司",
    "石桥建材厂",
    "临沐市供水公司",
)
STREETS = (
    "文昌路", "解放路", "人民路", "滨河路", "学府路", "梧桐街", "锦绣街", "朝阳巷", "翠竹路",
)  # fmt: skip
RELATIONS = ("配偶", "父亲", "母亲", "兄弟", "姐妹", "同事", "朋友")
VEHICLES = ("轿车", "运动型多用途车", "面包车", "轻型货车")
