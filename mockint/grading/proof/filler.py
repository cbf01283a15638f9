"""Some three hundred words, in each language, that have nothing to do with any question."""

from mockint.domain.language import Bilingual

FILLER = Bilingual(
    en="""
On Saturday morning my grandmother walked down to the harbour to buy fish. The sky was grey, a
light wind came from the sea, and two gulls stood on the wall beside the old lighthouse. She chose
three mackerel and a handful of mussels, and the woman at the stall wrapped them in yesterday's
newspaper. On the way home she met the postman, who told her that his daughter was getting married
in June. The wedding would be held in the garden behind the church, with long wooden tables under
the chestnut trees. My grandmother promised to bake two apple pies for it. In the afternoon it
rained, so we stayed in the kitchen, drank tea and played cards until supper. My brother won most
of the rounds, and the cat slept in a basket by the stove. After supper my uncle took out his
violin and played some songs from the mountains where he grew up. Nobody spoke much, for everybody
was tired and content. On Sunday the sun came back. We packed bread, cheese and a bottle of
lemonade, climbed the hill behind the village and ate our lunch on a blanket in the grass. From up
there one could see the white sails of the boats and, far away, the ferry that brings the visitors
from the islands. A shepherd came past with his dog and wished us a good day. My little cousin
picked daisies and made a crown of them for our aunt, who wore it all the way home. In the evening
the neighbours brought a bowl of cherries from their orchard, and we sat on the steps in front of
the house until the stars were out. It was a quiet weekend, and I often think of it when the
winter is long and the streets are covered with snow.
""".replace("\n", " ").strip(),
    zh="""
星期六早上，外婆走到港口去买鱼。天空灰蒙蒙的，海上吹来一阵微风，老灯塔旁边的矮墙上站着两只海鸥。
她挑了三条鲭鱼和一小把贻贝，摊子上的大婶用昨天的报纸把它们包好。回家的路上她遇见了邮递员，邮递员
说他的女儿六月里要结婚，喜酒就摆在教堂后面的花园里，栗子树下放上几张长长的木桌。外婆答应给他们烤
两个苹果派。下午下起了雨，我们就待在厨房里喝茶、打牌，一直玩到吃晚饭。弟弟赢得最多，猫在炉子边的
篮子里睡着了。晚饭以后舅舅拿出小提琴，拉了几首他家乡山里的曲子。大家都不怎么说话，又累又满足。星
期天太阳出来了，我们带上面包、奶酪和一瓶柠檬汽水，爬上村子后面的小山，在草地上铺开毯子吃午饭。从
山上望下去，可以看见小船的白帆，还有远处从海岛接游客回来的渡轮。一个牧羊人带着他的狗走过，向我们
问了声好。小表妹采了许多雏菊，编成一个花环送给姑姑，姑姑戴着它一路走回了家。傍晚邻居端来一碗自家
果园里的樱桃，我们坐在门前的台阶上，一边吃一边聊天，直到满天都是星星。那是一个安静的周末，每到漫
长的冬天，街上盖满了雪的时候，我就常常想起它。后来外婆老了，不再自己去港口，可是每年六月她还是要
我们给她带几条鲭鱼，再带一篮樱桃。她坐在窗边的藤椅上，慢慢地剥着豆子，给我们讲年轻时候的故事：哪
一年雪下得最大，哪一家的面包最香，谁家的小伙子骑着自行车掉进了河里。我们听了许多遍，每一遍都还是
笑得前仰后合。
""".replace("\n", "").strip(),
)
