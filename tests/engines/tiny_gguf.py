# SPDX-License-Identifier: Apache-2.0
"""A model of random weights in llama.cpp's format: quick to make, always the same, and slow enough
(some milliseconds a token) that an engine does other things beside it."""

import gguf
import numpy
import vocabulary

WIDTH, LAYERS, HEADS, KV_HEADS, INNER = 256, 8, 4, 2, 1024
HEAD_WIDTH = WIDTH // HEADS
CONTEXT = 8192


def random_weights(seed, said, vocabulary_size):
    """Name and matrix of each tensor; words that may not be said get a row of zeros, which never
    is the largest."""
    draw = numpy.random.default_rng(seed)

    def matrix(rows, columns):
        return draw.normal(0, columns ** -0.5, (rows, columns)).astype(numpy.float32)

    ones = numpy.ones(WIDTH, dtype=numpy.float32)
    output = numpy.zeros((vocabulary_size, WIDTH), dtype=numpy.float32)
    output[said] = matrix(len(said), WIDTH)
    yield "token_embd.weight", matrix(vocabulary_size, WIDTH)
    yield "output_norm.weight", ones
    yield "output.weight", output
    for i in range(LAYERS):
        yield f"blk.{i}.attn_norm.weight", ones
        yield f"blk.{i}.attn_q.weight", matrix(WIDTH, WIDTH)
        yield f"blk.{i}.attn_k.weight", matrix(KV_HEADS * HEAD_WIDTH, WIDTH)
        yield f"blk.{i}.attn_v.weight", matrix(KV_HEADS * HEAD_WIDTH, WIDTH)
        yield f"blk.{i}.attn_output.weight", matrix(WIDTH, WIDTH)
        yield f"blk.{i}.ffn_norm.weight", ones
        yield f"blk.{i}.ffn_gate.weight", matrix(INNER, WIDTH)
        yield f"blk.{i}.ffn_up.weight", matrix(INNER, WIDTH)
        yield f"blk.{i}.ffn_down.weight", matrix(WIDTH, INNER)


def add_shape(writer, vocabulary_size):
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(vocabulary_size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_tokenizer(writer, tokens, merges):
    special = vocabulary.SPECIAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL
                            for token in tokens])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(tokens.index(vocabulary.BEGIN))
    writer.add_eos_token_id(tokens.index(vocabulary.END))
    writer.add_unk_token_id(tokens.index(vocabulary.UNKNOWN))
    writer.add_chat_template(vocabulary.CHAT_TEMPLATE)


def make(path, seed):
    tokens, merges, said = vocabulary.make()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    add_shape(writer, len(tokens))
    add_tokenizer(writer, tokens, merges)
    for name, values in random_weights(seed, said, len(tokens)):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
