# SPDX-License-Identifier: Apache-2.0
"""The tiny model as a folder in Hugging Face's form, for engines that are written in Python."""

import json
import struct
from pathlib import Path

import tiny_gguf
import vocabulary

NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
NAMES_IN_LAYER = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def name_of(tensor):
    """blk.3.attn_q.weight -> model.layers.3.self_attn.q_proj.weight"""
    words = tensor.split(".")
    if words[0] == "blk":
        return f"model.layers.{words[1]}.{NAMES_IN_LAYER[words[2]]}.weight"
    return f"{NAMES[words[0]]}.weight"


def write_weights(path, tensors):
    """https://huggingface.co/docs/safetensors: a length, a JSON table, the bytes."""
    table, pieces, offset = {}, [], 0
    for name, values in tensors:
        pieces.append(values.tobytes())
        table[name_of(name)] = {"dtype": "F32", "shape": list(values.shape),
                                "data_offsets": [offset, offset + len(pieces[-1])]}
        offset += len(pieces[-1])
    head = json.dumps(table).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(pieces))


def config(vocabulary_size):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "float32",
        "vocab_size": vocabulary_size, "max_position_embeddings": tiny_gguf.CONTEXT,
        "hidden_size": tiny_gguf.WIDTH, "intermediate_size": tiny_gguf.INNER,
        "num_hidden_layers": tiny_gguf.LAYERS, "num_attention_heads": tiny_gguf.HEADS,
        "num_key_value_heads": tiny_gguf.KV_HEADS, "rms_norm_eps": 1e-5, "hidden_act": "silu",
        "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": False,
    }


def tokenizer(tokens, merges):
    ids = {token: i for i, token in enumerate(tokens)}
    special = [{"id": ids[token], "content": token, "special": True, "single_word": False,
                "lstrip": False, "rstrip": False, "normalized": False}
               for token in vocabulary.SPECIAL]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    return {"version": "1.0", "added_tokens": special, "normalizer": None, "truncation": None,
            "padding": None, "pre_tokenizer": byte_level, "post_processor": None,
            "decoder": byte_level,
            "model": {"type": "BPE", "vocab": ids, "merges": [list(pair) for pair in merges],
                      "unk_token": None, "dropout": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False}}


def make(folder, seed):
    folder = Path(folder)
    folder.mkdir()
    tokens, merges, said = vocabulary.make()
    pages = {
        "config.json": config(len(tokens)),
        "generation_config.json": {"bos_token_id": 1, "eos_token_id": 2},
        "tokenizer.json": tokenizer(tokens, merges),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": vocabulary.BEGIN,
            "eos_token": vocabulary.END, "unk_token": vocabulary.UNKNOWN,
            "chat_template": vocabulary.CHAT_TEMPLATE},
    }
    for name, page in pages.items():
        (folder / name).write_text(json.dumps(page))
    write_weights(folder / "model.safetensors",
                  tiny_gguf.random_weights(seed, said, len(tokens)))
