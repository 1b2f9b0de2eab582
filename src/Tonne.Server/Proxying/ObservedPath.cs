namespace Tonne.Server.Proxying;

/// <summary>The paths whose requests are counted; every other one passes without being looked at.</summary>
static class ObservedPath
{
    static readonly string[] _answers = ["/chat/completions", "/completions", "/responses", "/api/chat", "/api/generate"];
    static readonly string[] _passes = ["/embeddings", "/api/embed", "/api/embeddings"];

    /// <summary>Whether a request is counted.</summary>
    /// <param name="method">Its method; only POST is.</param>
    /// <param name="path">Its path, with any prefix: <c>/v1</c>, <c>/openai/v1</c>.</param>
    /// <param name="isForwardPass">Whether it is one pass over its input, without an answer token by token.</param>
    public static bool IsObserved(string method, string path, out bool isForwardPass)
    {
        isForwardPass = Array.Exists(_passes, pass => path.EndsWith(pass, StringComparison.OrdinalIgnoreCase));
        return HttpMethods.IsPost(method) && (isForwardPass || Array.Exists(_answers, answer => path.EndsWith(answer, StringComparison.OrdinalIgnoreCase)));
    }
}
