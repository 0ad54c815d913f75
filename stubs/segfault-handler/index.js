exports.registerHandler=()=>{};
