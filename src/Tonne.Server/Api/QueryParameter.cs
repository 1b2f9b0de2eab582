namespace Tonne.Server.Api;

/// <summary>A parameter of an address. A parameter that a route does not list is an error.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does, with its default.</param>
/// <param name="IsRequired">Whether it must be given.</param>
/// <param name="IsRepeatable">Whether it may be given several times.</param>
/// <param name="IsNumber">Whether it is a whole number.</param>
sealed record QueryParameter(string Name, string Description, bool IsRequired = false, bool IsRepeatable = false, bool IsNumber = false);
