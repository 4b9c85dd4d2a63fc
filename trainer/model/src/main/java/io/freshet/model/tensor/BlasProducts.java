package io.freshet.model.tensor;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Matrix products by OpenBLAS, as a reference for speed and for tests. No model is computed with it, because its bits
 * depend on the CPU, on the number of threads, and on the number of rows of a product. It runs single-threaded here.
 */
public final class BlasProducts implements Products {
    /** Creates products, and limits OpenBLAS to one thread in the whole process. */
    public BlasProducts() {
        blas_set_num_threads(1);
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        c.checkProduct(a.rows(), a.columns(), b);
        sgemm(CblasNoTrans, a, b, c, accumulate);
    }

    @Override
    public void multiplyAdding(Matrix bias, Matrix a, Matrix b, Matrix c) {
        for (int row = 0; row < c.rows(); row++) {
            MemorySegment.copy(bias.memory(), bias.at(0), c.memory(), c.at(row), (long) c.columns() * Float.BYTES);
        }
        multiply(a, b, c, true);
    }

    @Override
    public void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        c.checkProduct(a.columns(), a.rows(), b);
        sgemm(CblasTrans, a, b, c, accumulate);
    }

    private static void sgemm(int transA, Matrix a, Matrix b, Matrix c, boolean accumulate) {
        if (c.rows() == 0 || c.columns() == 0) {
            return;
        }
        cblas_sgemm(
                CblasRowMajor,
                transA,
                CblasNoTrans,
                c.rows(),
                c.columns(),
                b.rows(),
                1f,
                pointer(a),
                a.stride(),
                pointer(b),
                b.stride(),
                accumulate ? 1f : 0f,
                pointer(c),
                c.stride());
    }

    private static FloatPointer pointer(Matrix matrix) {
        return new FloatPointer(new Address(matrix.memory().address() + matrix.at(0)));
    }

    @Override
    public String name() {
        return "openblas";
    }

    /** A pointer to an address. It does not own the memory. */
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
