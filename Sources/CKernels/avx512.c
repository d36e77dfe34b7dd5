#include "versions.h"
#if defined(__x86_64__)
#define LANES 16
#define ROWS 8
#define VECTORS 3
#define SUFFIX _avx512
#define CPU atelier_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"), min_vector_width(512)))
#include "versions_body.h"
#endif
