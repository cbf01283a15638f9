"""The topics of the bank and what to call them."""

import re

from mockint.content.source import printable
from mockint.domain.language import Bilingual

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""What a topic, a question or a key point may be called."""

ID_RULE = "an id is 1 to 64 small letters, digits and hyphens, and starts with a letter or digit"

_NEAR = 0.75  # "lroa" is a typing mistake for "lora"; "graph" may stand beside "graph-rag"

TOPICS: dict[str, Bilingual] = {
    "foundations": Bilingual("LLM foundations", "大模型基础"),
    "architecture": Bilingual("Model architecture", "模型架构"),
    "model-families": Bilingual("Model families", "模型家族"),
    "attention": Bilingual("Attention", "注意力机制"),
    "positional-encoding": Bilingual("Positional encoding", "位置编码"),
    "long-context": Bilingual("Long context", "长上下文"),
    "tokenizer": Bilingual("Tokenizers", "分词器"),
    "normalization": Bilingual("Normalization", "归一化"),
    "activation": Bilingual("Activation functions", "激活函数"),
    "pretraining": Bilingual("Pre-training", "预训练"),
    "continued-pretraining": Bilingual("Continued pre-training", "增量预训练"),
    "sft": Bilingual("Supervised fine-tuning", "有监督微调"),
    "training-data": Bilingual("Training data", "训练数据"),
    "peft": Bilingual("Parameter-efficient fine-tuning", "参数高效微调"),
    "adapter": Bilingual("Adapter tuning", "适配器微调"),
    "prompt-learning": Bilingual("Prompt learning", "提示学习"),
    "lora": Bilingual("LoRA", "LoRA 低秩适配"),
    "rlhf": Bilingual("RLHF", "人类反馈强化学习"),
    "generation": Bilingual("Text generation", "文本生成"),
    "inference": Bilingual("Inference", "模型推理"),
    "quantization": Bilingual("Quantization", "模型量化"),
    "serving": Bilingual("Serving", "推理服务与部署"),
    "gpu-memory": Bilingual("GPU memory", "显存估算与优化"),
    "distributed-training": Bilingual("Distributed training", "分布式训练"),
    "pipeline-parallelism": Bilingual("Pipeline parallelism", "流水线并行"),
    "dp-ddp": Bilingual("DataParallel and DDP", "数据并行：DP 与 DDP"),
    "torch-multiprocessing": Bilingual("torch.multiprocessing", "PyTorch 多进程"),
    "mixed-precision": Bilingual("Mixed precision", "混合精度训练"),
    "deepspeed-zero": Bilingual("DeepSpeed and ZeRO", "DeepSpeed 与 ZeRO"),
    "accelerate": Bilingual("Hugging Face Accelerate", "Accelerate 训练库"),
    "rag": Bilingual("Retrieval-augmented generation", "检索增强生成"),
    "pdf-parsing": Bilingual("PDF parsing", "PDF 解析"),
    "graph-rag": Bilingual("Graph RAG", "图检索增强生成"),
    "langchain": Bilingual("LangChain", "LangChain 框架"),
    "agents": Bilingual("Agents", "智能体"),
    "evaluation": Bilingual("Evaluation", "模型评测"),
    "hallucination": Bilingual("Hallucination", "幻觉问题"),
    "multimodal": Bilingual("Multimodal models", "多模态模型"),
    "cot": Bilingual("Chain of thought", "思维链"),
    "environment": Bilingual("Software environment", "软件环境"),
    "safety-applications": Bilingual("Safety and applications", "安全与应用"),
    "interview-prep": Bilingual("Interview preparation", "面试准备"),
}
"""Every topic of the shipped questions, with its title; titles are at most 32 cells wide."""


def topic_objection(topic: str) -> str:
    """Why a pack may not have a topic of that name; empty where it may.

    A pack may add topics. One that is named almost like a known one is a typing mistake.
    """
    if topic in TOPICS:
        return ""
    if not ID.fullmatch(topic):
        return f"{printable(topic, 64)} cannot be a topic: {ID_RULE}"
    from difflib import get_close_matches  # noqa: PLC0415 - only for names that are not known

    near = get_close_matches(topic, TOPICS, 1, _NEAR)
    if not near or topic.startswith(f"{near[0]}-"):
        return ""
    return f"{topic} is not a known topic; did you mean {near[0]}? A new one needs another name"
