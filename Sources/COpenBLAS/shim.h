#include <cblas.h>

// Debian's libopenblas carries LAPACK; these are the Fortran entry points that Atelier calls.

/// Eigenvalues (ascending) and eigenvectors of a symmetric matrix, column-major, in place.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
    double *work, const int *lwork, int *iwork, const int *liwork, int *info);
