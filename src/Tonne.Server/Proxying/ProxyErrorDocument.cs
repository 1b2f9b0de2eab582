namespace Tonne.Server.Proxying;

/// <summary>An error of the proxy itself, in the form of OpenAI's.</summary>
/// <param name="Error">The error.</param>
sealed record ProxyErrorDocument(ProxyErrorDetail Error);
