// The module that Node loads: runs the instructions of a program, and fills what a program reads.
#include "instructions.h"
#include "masks.h"

// The part of Node-API that this uses; it never changes.
extern "C" {
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_arraybuffer_info(napi_env, napi_value, void **, size_t *);
int napi_get_typedarray_info(napi_env, napi_value, int *, size_t *, void **, napi_value *, size_t *);
int napi_get_value_double(napi_env, napi_value, double *);
int napi_throw_error(napi_env, const char *, const char *);

/** run(memory: ArrayBuffer, instructions: Int32Array) */
static napi_value run_instructions(napi_env env, napi_callback_info info) {
  size_t count = 2, bytes = 0, length = 0;
  napi_value given[2];
  void *memory = nullptr, *numbers = nullptr;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != 0 ||
      napi_get_arraybuffer_info(env, given[0], &memory, &bytes) != 0 ||
      napi_get_typedarray_info(env, given[1], nullptr, &length, &numbers, nullptr, nullptr) != 0) {
    napi_throw_error(env, nullptr, "run needs a memory and instructions");
    return nullptr;
  }
  const TinyIsZero tiny;
  const int32_t *at = (const int32_t *)numbers, *end = at + length;
  for (; at < end; at += 2 + at[1])
    if (!run((Kind)at[0], {(char *)memory, at + 2})) {
      napi_throw_error(env, nullptr, "a table does not have the row that a lookup asks for");
      return nullptr;
    }
  return nullptr;
}

/** copyRows(matrix: Float32Array, width: number, rows: Int32Array, into: Float32Array) */
static napi_value copy_rows(napi_env env, napi_callback_info info) {
  size_t count = 4, floats = 0, rows = 0, room = 0;
  napi_value given[4];
  double width = 0;
  void *matrix = nullptr, *numbers = nullptr, *into = nullptr;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != 0 ||
      napi_get_typedarray_info(env, given[0], nullptr, &floats, &matrix, nullptr, nullptr) != 0 ||
      napi_get_value_double(env, given[1], &width) != 0 ||
      napi_get_typedarray_info(env, given[2], nullptr, &rows, &numbers, nullptr, nullptr) != 0 ||
      napi_get_typedarray_info(env, given[3], nullptr, &room, &into, nullptr, nullptr) != 0 || !(width >= 1) ||
      room / (size_t)width < rows ||
      !gather((const float *)matrix, (int)(floats / (size_t)width), (int)width, (const int32_t *)numbers, (int)rows,
              (float *)into))
    napi_throw_error(env, nullptr, "copyRows needs a matrix, its width, numbers of its rows, and room for them");
  return nullptr;
}

/** fillMask(into: Float32Array, first: number, second: number, threshold: number, kept: number) */
static napi_value fill_mask_values(napi_env env, napi_callback_info info) {
  size_t count = 5, room = 0;
  napi_value given[5];
  void *into = nullptr;
  double numbers[4];
  bool known = napi_get_cb_info(env, info, &count, given, nullptr, nullptr) == 0 &&
               napi_get_typedarray_info(env, given[0], nullptr, &room, &into, nullptr, nullptr) == 0;
  for (int i = 0; i < 4; i++) known = known && napi_get_value_double(env, given[i + 1], &numbers[i]) == 0;
  if (known)
    fill_mask((float *)into, room, (uint32_t)(int64_t)numbers[0], (uint32_t)(int64_t)numbers[1], numbers[2], (float)numbers[3]);
  else napi_throw_error(env, nullptr, "fillMask needs room, two keys, a threshold, and a value");
  return nullptr;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  napi_create_function(env, "run", 3, run_instructions, nullptr, &function);
  napi_set_named_property(env, exports, "run", function);
  napi_create_function(env, "copyRows", 8, copy_rows, nullptr, &function);
  napi_set_named_property(env, exports, "copyRows", function);
  napi_create_function(env, "fillMask", 8, fill_mask_values, nullptr, &function);
  napi_set_named_property(env, exports, "fillMask", function);
  return exports;
}
}
