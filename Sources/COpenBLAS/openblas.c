#include "openblas.h"

#include <dlfcn.h>

static const char *const names[] = {
#ifdef __APPLE__
  "libopenblas.dylib", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
#else
  "libopenblas.so.0", "libopenblas.so",
#endif
};

const openblas_functions *openblas_load(const char **problem) {
  static openblas_functions functions;
  void *library = NULL;
  for (unsigned i = 0; i < sizeof names / sizeof *names && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) {
    *problem = dlerror();
    return NULL;
  }
  functions.sgemm = dlsym(library, "cblas_sgemm");
  functions.get_config = dlsym(library, "openblas_get_config");
  functions.get_corename = dlsym(library, "openblas_get_corename");
  functions.dgelsy = dlsym(library, "dgelsy_");
  if (functions.sgemm && functions.get_config && functions.get_corename) return &functions;
  *problem = "the library of that name lacks its functions";
  return NULL;
}
