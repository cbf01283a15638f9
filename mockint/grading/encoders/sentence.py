"""An encoder from any sentence-transformers model; the only module that knows torch."""

import hashlib
import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from mockint.domain.errors import EncoderError
from mockint.grading.encoders.base import EncodedText, FloatArray, IntArray

_SURROGATES = re.compile("[\ud800-\udfff]")
_MAX_CHARACTERS = 20_000
_MAX_BATCH_TOKENS = 512
_CACHED_TEXTS = 512
_CACHED_TOKENS = 64


def import_libraries() -> None:
    """Import what ``SentenceEncoder.load`` needs, so that loading does not wait for it.

    Raises:
        EncoderError: A library is missing or broken.
    """
    try:
        import sentence_transformers  # noqa: F401, PLC0415 - seconds; wanted here alone
        import torch  # noqa: F401, PLC0415 - likewise
        from transformers.utils import logging  # noqa: PLC0415 - likewise
    except (ImportError, OSError) as error:
        raise EncoderError(
            f"the model libraries cannot be imported ({_first_line(error)}); "
            "install mockint again with its dependencies"
        ) from error
    logging.set_verbosity_error()
    logging.disable_progress_bar()


class SentenceEncoder:
    """Sentence vectors as the model's own modules make them, and token states of an inner layer.

    The same text gives the same bytes, alone or in a batch: only texts of equal token length share
    a batch, so nothing is padded. Where ``quiet_environment`` came before the import of torch, this
    holds for any number of threads as well.

    Texts longer than the model reads (512 tokens for the default one, or 20,000 characters) are
    cut: what follows has no part in the sentence vector and no token states.
    """

    def __init__(
        self, model: Any, *, name: str, fingerprint: str, prefix: str = "", layer: int = -3
    ) -> None:
        """Wraps a loaded model; ``load`` is the usual way in.

        Args:
            model: A ``SentenceTransformer`` whose first module is a transformer.
            name: What to call it in front of a person.
            fingerprint: Identity of everything that can change a vector.
            prefix: What the model expects in front of every text.
            layer: Which of the hidden states give the token states; -1 is the last.
        """
        self._model = model
        self._name = name
        self._fingerprint = fingerprint
        self._prefix = prefix
        self._layer = layer
        self._tokenizer = _tokenizer_of(model)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(int(model.max_seq_length or 512))
        self._cache: OrderedDict[str, EncodedText] = OrderedDict()

    @classmethod
    def load(
        cls,
        source: str,
        *,
        name: str,
        prefix: str = "",
        layer: int = -3,
        identity: str = "",
        hub: bool = False,
        threads: int = 1,
    ) -> Self:
        """The model in a folder, or on the hub, ready to encode.

        Args:
            source: A sentence-transformers folder, or a hub name if ``hub`` is true.
            name: What to call it in front of a person.
            prefix: What the model expects in front of every text.
            layer: Which of the hidden states give the token states.
            identity: Identity of weights and tokenizer where it is known; else they are hashed.
            hub: Whether the network may be asked for the model.
            threads: How many threads compute. On an idle machine with two cores a second thread
                makes encoding 1.5 times as fast; on a busy one the threads wait for each other
                and it takes ten times as long.

        Raises:
            EncoderError: The model cannot be loaded, or is of a kind that gives no token states.
        """
        import_libraries()
        import torch  # noqa: PLC0415 - seconds; wanted here alone
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - likewise
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - likewise

        torch.set_num_threads(threads)
        # The signals multiply many small matrices. On busy cores two threads of BLAS wait for each
        # other: 0.39 s an answer against 0.01 s with one.
        threadpool_limits(limits=threads, user_api="blas")
        try:
            model = SentenceTransformer(
                source,
                device="cpu",
                local_files_only=not hub,
                trust_remote_code=False,
                # Weights in other formats can run code when they are read.
                model_kwargs={"dtype": torch.float32, "use_safetensors": True},
            )
        except Exception as error:  # the libraries raise whatever they like
            raise EncoderError(
                f"encoder {source}: the model cannot be loaded ({_first_line(error)}); "
                "check the folder or choose another encoder"
            ) from error
        model.eval()
        tokenizer = _tokenizer_of(model)
        identity = identity or _identity(model, tokenizer)
        parts = (identity, prefix, str(layer), repr(list(model)[1:]))
        fingerprint = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        return cls(model, name=name, fingerprint=fingerprint, prefix=prefix, layer=layer)

    @property
    def name(self) -> str:
        """What to call it in front of a person."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Identity of weights, tokenizer, pooling, prefix and layer."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order; equal texts are computed once.

        Tokens of white space alone have no states; a text of nothing else has a vector of zeros.
        """
        found = {text: self._cache[text] for text in texts if text in self._cache}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        found.update(self._compute(missing))
        for text, encoded in found.items():
            self._keep(text, encoded)
        return tuple(found[text] for text in texts)

    def _keep(self, text: str, encoded: EncodedText) -> None:
        if len(encoded.states) > _CACHED_TOKENS or len(text) > _MAX_CHARACTERS:
            return
        self._cache[text] = encoded
        self._cache.move_to_end(text)
        if len(self._cache) > _CACHED_TEXTS:
            self._cache.popitem(last=False)

    def _compute(self, texts: Sequence[str]) -> Iterator[tuple[str, EncodedText]]:
        # Lone surrogates cannot be encoded; what replaces them keeps every offset.
        inputs = [
            self._prefix + _SURROGATES.sub("\ufffd", text[:_MAX_CHARACTERS]) for text in texts
        ]
        encodings = self._tokenizer.encode_batch(inputs)
        lengths: defaultdict[int, list[int]] = defaultdict(list)
        for index, encoding in enumerate(encodings):
            lengths[len(encoding.ids)].append(index)
        for length in sorted(lengths):
            indexes = lengths[length]
            step = max(1, _MAX_BATCH_TOKENS // max(1, length))
            for start in range(0, len(indexes), step):
                batch = indexes[start : start + step]
                vectors, states = self._forward([encodings[index].ids for index in batch])
                for row, index in enumerate(batch):
                    tokens, offsets = _visible(encodings[index], inputs[index], len(self._prefix))
                    yield texts[index], _encoded(vectors[row], states[row][tokens], offsets)

    def _forward(self, ids: list[list[int]]) -> tuple[FloatArray, FloatArray]:
        """Sentence vectors (b, d) and token states (b, t, d) of texts of equal length."""
        import torch  # noqa: PLC0415 - loaded long since

        with torch.inference_mode():
            input_ids = torch.tensor(ids, dtype=torch.long)
            mask = torch.ones_like(input_ids)
            output = self._model[0].auto_model(
                input_ids=input_ids,
                attention_mask=mask,
                output_hidden_states=True,
                return_dict=True,
            )
            features: dict[str, Any] = {
                "token_embeddings": output.last_hidden_state,
                "attention_mask": mask,
            }
            for module in list(self._model)[1:]:
                features = module(features)
            layer = max(self._layer, -len(output.hidden_states))
            vectors: FloatArray = features["sentence_embedding"].float().numpy()
            states: FloatArray = output.hidden_states[layer].float().numpy()
        return vectors, states


def _visible(encoding: Any, text: str, prefix: int) -> tuple[npt.NDArray[np.intp], IntArray]:
    """Indexes of the tokens that stand for something a person sees, and their offsets.

    Offsets count from behind the prefix and leave out the white space that many tokenizers count
    as part of the word behind it.
    """
    tokens: list[int] = []
    offsets: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(encoding.offsets):
        if encoding.special_tokens_mask[index]:
            continue
        first = max(start, prefix)
        while first < end and text[first].isspace():
            first += 1
        if first < end:
            tokens.append(index)
            offsets.append((first - prefix, end - prefix))
    return np.array(tokens, np.intp), np.array(offsets, np.int32).reshape(-1, 2)


def _encoded(vector: FloatArray, states: FloatArray, offsets: IntArray) -> EncodedText:
    states = states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-12)
    if len(offsets) == 0:
        vector = np.zeros_like(vector)
    else:
        vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
    arrays = (vector.astype(np.float32), states.astype(np.float32), offsets)
    for array in arrays:
        # One value serves every caller.
        array.setflags(write=False)
    return EncodedText(*arrays)


def _tokenizer_of(model: Any) -> Any:
    """The tokenizer that knows offsets; raises EncoderError where the model has none."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None or not hasattr(model[0], "auto_model"):
        raise EncoderError(
            "the encoder gives no token states with offsets (it needs a transformer with a "
            "tokenizer.json); choose another encoder"
        )
    return backend


def _identity(model: Any, tokenizer: Any) -> str:
    digest = hashlib.sha256(tokenizer.to_str().encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
