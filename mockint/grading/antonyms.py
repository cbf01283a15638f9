"""Opposites of the field: sides of a pair of which a claim holds one and its reverse the other.

Each entry is (side, other side); a side lists stems or phrases in English and in Chinese. Only pairs
whose swap makes a claim about language models false are listed; "large" against "big" is not one.
"""

OPPOSITES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("freeze", "frozen", "freezes", "freezing", "fixed", "untouched", "unchanged", "冻结", "固定", "保持不变", "不更新", "不动"),
        ("train", "trained", "trainable", "update", "updated", "updates", "tuned", "unfreeze", "unfrozen", "训练", "更新", "可训练", "解冻"),
    ),
    (("low-rank", "low rank", "rank-deficient", "低秩"), ("full-rank", "full rank", "high-rank", "high rank", "满秩", "高秩", "全秩")),
    (
        ("increase", "increases", "increased", "raise", "raises", "grow", "grows", "rise", "rises", "more", "higher", "up", "增加", "提高", "上升", "增大", "变大", "更高", "更多", "升高", "变多"),
        ("decrease", "decreases", "decreased", "reduce", "reduces", "reduced", "lower", "lowers", "shrink", "shrinks", "fall", "falls", "drop", "drops", "less", "fewer", "减少", "降低", "下降", "减小", "变小", "更低", "更少", "节省"),
    ),
    (("large", "larger", "big", "bigger", "huge", "大", "更大", "较大"), ("small", "smaller", "tiny", "little", "小", "更小", "较小", "很小")),
    (("fast", "faster", "quick", "quicker", "speeds up", "speed up", "快", "更快", "加速", "加快"), ("slow", "slower", "slows", "slow down", "慢", "更慢", "变慢", "减速", "拖慢")),
    (("before", "prior to", "pre-", "之前", "先", "前置"), ("after", "following", "post-", "之后", "后", "后置")),
    (("share", "shared", "shares", "sharing", "共享", "共用"), ("separate", "own", "independent", "individual", "独立", "各自", "单独", "分开")),
    (("encoder", "编码器"), ("decoder", "解码器")),
    (("row", "rows", "row-wise", "行", "按行"), ("column", "columns", "column-wise", "列", "按列")),
    (("first", "lower", "bottom", "early", "shallow", "底层", "浅层", "低层", "靠前"), ("last", "upper", "top", "topmost", "late", "deep", "顶层", "深层", "高层", "靠后")),
    (("bidirectional", "both directions", "双向"), ("unidirectional", "causal", "left-to-right", "one direction", "单向", "因果")),
    (("absolute", "绝对"), ("relative", "相对")),
    (("coarse", "too large", "too long", "粗", "过粗", "太大", "过大", "太长"), ("fine", "too small", "too short", "细", "过细", "太小", "过小", "太短")),
    (("exact", "lossless", "精确", "无损", "等价"), ("approximate", "approximation", "lossy", "近似", "有损")),
    (("training", "pre-training", "training time", "训练时", "训练阶段"), ("inference", "inference time", "serving", "decoding", "推理时", "推理阶段")),
    (("forward", "前向"), ("backward", "反向")),
    (("input", "inputs", "prompt", "输入"), ("output", "outputs", "response", "completion", "输出", "回复", "回答")),
    (("key", "keys"), ("query", "queries")),
    (("better", "improves", "improve", "improved", "gain", "更好", "提升", "改善"), ("worse", "degrades", "hurts", "harms", "loss", "更差", "变差", "损害", "恶化")),
    (("stable", "stabilises", "stabilizes", "稳定", "更稳定"), ("unstable", "diverges", "instability", "不稳定", "发散")),
    (("random", "randomly", "gaussian", "随机", "高斯"), ("zero", "zeros", "zeroed", "零", "全零", "全0")),
    (("add", "adds", "added", "sum", "plus", "相加", "加上", "加到"), ("subtract", "subtracts", "minus", "removed", "减去", "相减")),
    (("static", "fixed", "contiguous", "静态", "连续"), ("dynamic", "paged", "non-contiguous", "on demand", "动态", "不连续", "非连续", "按需")),
    (("same", "identical", "equal", "相同", "一样", "相等"), ("different", "distinct", "unequal", "不同", "不一样", "不等")),
    (("all", "every", "each", "whole", "full", "所有", "全部", "每个", "每一", "整个"), ("only", "single", "one", "some", "part", "仅", "只有", "单个", "一个", "部分")),
    (("continuous", "soft", "learned", "learnable", "连续", "可学习"), ("discrete", "hard", "hand-written", "handwritten", "manual", "离散", "人工", "手写")),
    (("keep", "keeps", "kept", "preserve", "retain", "保留", "保持"), ("drop", "drops", "discard", "discards", "lose", "loses", "forget", "丢弃", "丢失", "去掉", "遗忘")),
    (("local", "short-range", "局部", "短程"), ("global", "long-range", "全局", "长程")),
    (("cheap", "cheaper", "便宜", "廉价"), ("expensive", "costly", "dearer", "昂贵", "更贵")),
    (("easy", "easier", "simple", "simpler", "容易", "简单"), ("hard", "harder", "difficult", "complex", "难", "困难", "复杂")),
    (("always", "must", "required", "necessary", "总是", "必须", "必要"), ("never", "optional", "unnecessary", "从不", "可选", "不必")),
    (("linear", "linearly", "线性"), ("quadratic", "quadratically", "exponential", "exponentially", "平方", "二次", "指数")),
    (("parallel", "concurrently", "simultaneously", "并行", "同时"), ("serial", "sequential", "sequentially", "one by one", "串行", "顺序", "逐个", "依次")),
    (("memory-bound", "bandwidth", "访存", "带宽", "内存受限"), ("compute-bound", "flops", "计算受限", "算力")),
    (("synchronous", "同步"), ("asynchronous", "异步")),
    (("chosen", "preferred", "winning", "偏好", "被选中"), ("rejected", "losing", "dispreferred", "被拒绝")),
    (("maximise", "maximize", "maximises", "maximizes", "最大化"), ("minimise", "minimize", "minimises", "minimizes", "最小化")),
    (("teacher", "教师"), ("student", "学生")),
    (("internal", "intrinsic", "内在"), ("external", "extrinsic", "外在")),
    (("dense", "稠密"), ("sparse", "稀疏")),
    (("uniform", "uniformly", "均匀"), ("non-uniform", "adaptive", "非均匀", "自适应")),
    (("supervised", "labelled", "labeled", "有监督", "有标注"), ("unsupervised", "self-supervised", "unlabelled", "无监督", "自监督", "无标注")),
)
"""Pairs of opposite sides."""
