namespace Tonne.Runs;

/// <summary>The container that a run was recorded in.</summary>
/// <param name="Runtime">docker, containerd, cri-o, podman, apptainer or unknown.</param>
/// <param name="Id">Id of the container, 64 hexadecimal digits; null if it cannot be seen from inside.</param>
/// <param name="Pod">Name of the Kubernetes pod; null if there is none.</param>
/// <param name="PodUid">Unique id of the pod; null if unknown.</param>
/// <param name="Namespace">Kubernetes namespace; null if unknown.</param>
public sealed record ContainerIdentity(string Runtime, string? Id = null, string? Pod = null, string? PodUid = null, string? Namespace = null);
