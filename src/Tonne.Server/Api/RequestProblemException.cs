namespace Tonne.Server.Api;

/// <summary>A request that cannot be answered.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="what">What is wrong.</param>
/// <param name="where">Which part of the request.</param>
/// <param name="remedy">What to do.</param>
sealed class RequestProblemException(int status, string what, string where, string remedy) : Exception(what)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Which part of the request.</summary>
    public string Where { get; } = where;

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>A wrong parameter.</summary>
    public static RequestProblemException ForParameter(string name, string what, string remedy) => new(StatusCodes.Status400BadRequest, what, $"parameter '{name}'", remedy);
}
