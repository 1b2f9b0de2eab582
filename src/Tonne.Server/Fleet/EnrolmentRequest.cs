namespace Tonne.Server.Fleet;

/// <summary>A node that enrols.</summary>
/// <param name="Code">Its one-time code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Version of its agent.</param>
sealed record EnrolmentRequest(string Code, string Name, string Version);
