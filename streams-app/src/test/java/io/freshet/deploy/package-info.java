/** Checks of what is deployed: the Kustomize base under {@code k8s/}, held against the program that it starts. */
@NullMarked
package io.freshet.deploy;

import org.jspecify.annotations.NullMarked;
